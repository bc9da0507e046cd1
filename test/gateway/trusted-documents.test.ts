import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTinyGateway, type TinyGateway } from './tiny-gateway.ts';

const known = 'query Hello($name: String) { hello(name: $name) }';
const id = createHash('sha256').update(known).digest('hex');
const folder = mkdtempSync(path.join(tmpdir(), 'trusted-'));
const apollo = path.join(folder, 'apollo.json');
const codegen = path.join(folder, 'codegen.json');
writeFileSync(
  apollo,
  JSON.stringify({
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: [{ id, name: 'Hello', type: 'query', body: known }],
  }),
);
writeFileSync(codegen, JSON.stringify({ another: 'query Other { hello(name: "other") }' }));

let only: TinyGateway;
let also: TinyGateway;
let none: TinyGateway;
beforeAll(async () => {
  only = await startTinyGateway({ trustedDocuments: { folder } });
  also = await startTinyGateway({ trustedDocuments: { file: apollo, only: false } });
  none = await startTinyGateway();
});
afterAll(async () => {
  await Promise.all([only, also, none].map((hub) => hub.close()));
  rmSync(folder, { recursive: true });
});

const variables = { name: 'Ann' };
const byHash = { extensions: { persistedQuery: { version: 1, sha256Hash: id } }, variables };
const answered = { status: 200, body: { data: { hello: 'hello Ann' } } };
const code = ({ body }: Awaited<ReturnType<TinyGateway['ask']>>) =>
  body.errors?.map(({ extensions }) => extensions.code);

describe('trusted documents', () => {
  it.each([
    ['by documentId', { documentId: id, variables }],
    ['by documentId that says how it was made', { documentId: `sha256:${id}`, variables }],
    ['by persistedQuery', byHash],
    ['by persistedQuery with an empty query', { ...byHash, query: '' }],
    ['by exactly its text', { query: known, variables }],
    ['by text and id', { query: known, ...byHash }],
  ])('are answered %s', async (_how, body) => {
    expect(await only.ask(body)).toMatchObject(answered);
    expect(await also.ask(body)).toMatchObject(answered);
  });

  it('are answered by GET too', async () => {
    const headers = { 'apollo-require-preflight': 'true' };
    const asked = new URLSearchParams({
      variables: JSON.stringify(variables),
      extensions: JSON.stringify(byHash.extensions),
    });
    const answer = await fetch(`${only.url}?${asked}`, { headers });
    expect(await answer.json()).toMatchObject(answered.body);
    const foreign = await fetch(`${only.url}?query={hello}`, { headers });
    expect(await foreign.text()).toContain('DOCUMENT_NOT_TRUSTED');
  });

  it('are read from every manifest of a folder, in the form of codegen too', async () => {
    expect(await only.ask({ documentId: 'another' })).toMatchObject({ body: { data: { hello: 'hello other' } } });
  });

  it.each([
    ['another text', { query: '{ hello }' }],
    ['the text with one more space', { query: `${known} ` }],
    ['introspection', { query: '{ __schema { types { name } } }' }],
    [
      'an unknown id with a text',
      { query: '{ hello }', extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } },
    ],
    ['an id of another kind', { documentId: { $ne: '' }, query: '{ hello }' }],
  ])('refuse %s where nothing else is answered', async (_what, body) => {
    const answer = await only.ask(body);
    expect({ status: answer.status, code: code(answer) }).toEqual({ status: 400, code: ['DOCUMENT_NOT_TRUSTED'] });
    expect(answer.body.data).toBeUndefined();
  });

  it('of an unknown id are asked for as text where texts are answered: clients know the code', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'x' } };
    expect(code(await only.ask({ extensions }))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    expect(code(await also.ask({ extensions }))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    expect(await also.ask({ extensions, query: known, variables })).toMatchObject(answered);
    expect(code(await none.ask({ extensions }))).toEqual(['PERSISTED_QUERY_NOT_SUPPORTED']);
    expect(await none.ask({ extensions, query: known, variables })).toMatchObject(answered);
  });

  it.each([
    ['a file that is not there', { file: path.join(folder, 'missing') }],
    ['a file that is no manifest', { file: new URL('./certificates/one.crt', import.meta.url).pathname }],
    ['a folder that is not there', { folder: path.join(folder, 'missing') }],
  ])('with %s keep the hub from starting, with what to do', async (_what, trustedDocuments) => {
    await expect(startTinyGateway({ trustedDocuments })).rejects.toThrow(
      /gateway\.trustedDocuments.*documents extract/,
    );
  });
});
