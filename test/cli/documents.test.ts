import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse, validate } from 'graphql';
import { extractDocuments } from '../../cli/actions/extract-documents.ts';
import { createLocalSchema } from '../../gateway/execution/local-schema.ts';
import { subschemas } from '../../gateway/resolvers/domains/all.ts';

const schema = createLocalSchema(subschemas);

describe('customer360 documents extract', () => {
  let folder: string;
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  const extract = (typenames = false) => extractDocuments({ folder, schema, typenames });
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'documents-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('finds operations in files and templates, each with the fragments it needs, wherever they are', () => {
    write(
      'queries/order.graphql',
      'query Order($id: ID!) { order(id: $id) { ...Head } }\nquery Systems { sources { system } }',
    );
    write(
      'components/head.tsx',
      "import { gql } from 'graphql-tag';\nexport const HEAD = gql`fragment Head on Order { orderNumber customer { ...Name } }`;",
    );
    write(
      'components/name.ts',
      'import { graphql } from "./gql";\nconst Name = graphql(`fragment Name on Customer { displayName }`);\nconst live = graphql(`subscription Live($id: ID!) { orderChanged(id: $id) { ...Head } }`);',
    );
    write(
      'components/page.js',
      'const TEXT = gql`\n  query Page($id: ID!) { customer(id: $id) { ...Name } }\n  ' + '$' + '{NAME}\n`;',
    );
    write('node_modules/other/index.js', 'gql`query NotMine { nothing }`');
    const { format, version, operations } = extract();
    expect([format, version]).toEqual(['apollo-persisted-query-manifest', 1]);
    expect(operations.map(({ name, type }) => [name, type])).toEqual([
      ['Live', 'subscription'],
      ['Order', 'query'],
      ['Page', 'query'],
      ['Systems', 'query'],
    ]);
    for (const { id, body } of operations) {
      expect(validate(schema, parse(body))).toEqual([]);
      expect(id).toBe(createHash('sha256').update(body).digest('hex'));
    }
    expect(operations[1]?.body).toContain('fragment Head on Order');
    expect(operations[3]?.body).not.toContain('fragment');
  });

  it('gives the same operation the same id, however it is written and wherever it is', () => {
    write('a.graphql', 'query A { sources { system } }');
    const [before] = extract().operations;
    rmSync(path.join(folder, 'a.graphql'));
    write(
      'deep/er.ts',
      'const q = gql`query A {\n\n  sources   { system, } # all\n}`;\nconst again = gql`query A { sources { system } }`;',
    );
    expect(extract().operations).toEqual([before]);
  });

  it('asks for __typename everywhere but at the root when told to', () => {
    write('a.graphql', 'query A { sources { system freshness { status __typename } } }');
    expect(extract(true).operations[0]?.body.replaceAll(/\s+/g, ' ')).toBe(
      'query A { sources { system freshness { status __typename } __typename } }',
    );
  });

  it.each([
    ['a field that the graph does not have', 'query A { nothing }', /a\.graphql: A: .*nothing/],
    ['an operation without a name', '{ sources { system } }', /a\.graphql: .*name/],
    ['what is no GraphQL', 'query A {', /a\.graphql: Syntax Error/],
    ['a fragment that is missing', 'query A { sources { ...Gone } }', /Gone/],
    ['two operations of one name', 'query A { sources { system } } query A { sources { title } }', /A is another one/],
    ['nothing at all', '# nothing', /Expected operations in|Syntax Error/],
  ])('refuses %s and says where', (_what, text, words) => {
    write('a.graphql', text);
    expect(() => extract()).toThrow(words);
  });
});
