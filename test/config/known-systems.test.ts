import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadSettings } from '../../config/settings/load-settings.ts';
import { sourceSchema } from '../../connectors/kinds.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'known-systems-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(partyId: string, more = '') {
  const file = path.join(folder, 'hub.yaml');
  writeFileSync(
    file,
    `sources:
  crm:
    kind: rest
    url: http://127.0.0.1:9
    streams:
      people:
        resource: /people
        key: id
        records: [{ entity: party, fields: { kind: { const: PERSON }, displayName: name } }]
  erp:
    kind: rest
    url: http://127.0.0.1:9
    streams:
      orders:
        resource: /orders
        key: id
        records:
          - entity: order
            fields:
              status: { const: CONFIRMED }
              partyId: ${partyId}
${more}`,
  );
  const presetsFolder = fileURLToPath(new URL('../../connectors/presets', import.meta.url));
  return loadSettings({ file, env: {}, sourceSchema, presetsFolder });
}

describe('a system that is named in the settings', () => {
  it.each(['{ path: who, system: crm }', '{ path: who, system: erp }', 'who'])('is known: %s', (partyId) => {
    expect(Object.keys(load(partyId).sources)).toEqual(['crm', 'erp']);
  });

  it.each([
    ['a path', '{ path: who, system: crmm }'],
    ['a compound key', '{ key: [a, b], system: crmm }'],
    ['an expression', '{ expression: who, system: crmm }'],
  ])('is refused at its line where no source has the name: %s', (_, partyId) => {
    expect(() => load(partyId)).toThrow(
      /hub\.yaml:21:\d+ .*partyId\.system: expected the name of a source under "sources:" \(crm, erp\), got "crmm"\. Did you mean "crm"\?/,
    );
  });

  it('is refused where it has a zone, as is a zone that does not exist', () => {
    expect(() => load('who', 'zones: { epr: America/New_York }\n')).toThrow(
      /hub\.yaml:22:\d+ zones\.epr: .*got "epr"\. Did you mean "erp"\?/,
    );
    expect(() => load('who', 'zones: { erp: New York }\n')).toThrow(/zones\.erp: expected an IANA zone/);
    expect(load('who', 'zone: Asia/Seoul\nzones: { erp: America/New_York }\n')).toMatchObject({
      zone: 'Asia/Seoul',
      zones: { erp: 'America/New_York' },
    });
  });

  it('is refused in the list of systems that have one record a customer', () => {
    expect(() => load('who', 'identity: { oneRecordPerCustomer: [crm, epr] }\n')).toThrow(
      /hub\.yaml:22:\d+ identity\.oneRecordPerCustomer\.1: .*got "epr"\. Did you mean "erp"\?/,
    );
  });
});
