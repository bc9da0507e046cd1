import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '../../config/settings/load-settings.ts';
import { requestedFields } from '../../connectors/json-rpc/requested-fields.ts';
import type { JsonRpcSettings, JsonRpcStream } from '../../connectors/json-rpc/settings.ts';
import { plainRecord } from '../../connectors/json-rpc/tryton/tryton-values.ts';
import { sourceSchema } from '../../connectors/kinds.ts';
import type { MappedRecord } from '../../connectors/mapped-record.ts';
import { compileMapping } from '../../connectors/mapping/compile-mapping.ts';
import { recordId } from '../../schema/ids.ts';
import type { JsonObject } from '../../schema/json.ts';

const presetsFolder = fileURLToPath(new URL('../../connectors/presets', import.meta.url));

/** The source `erp` of a settings file that uses the preset and writes this beside it. */
function trytonWith(own: string): JsonRpcSettings {
  const folder = mkdtempSync(join(tmpdir(), 'c360-preset-'));
  try {
    const file = join(folder, 'customer360.yaml');
    const login = ['url: http://127.0.0.1:8000/', 'database: erp', 'username: hub', 'password: x'];
    writeFileSync(file, `sources:\n  erp:\n    preset: tryton\n    ${login.join('\n    ')}\n${own}`);
    const source = loadSettings({ file, env: {}, sourceSchema, presetsFolder }).sources.erp;
    if (source?.kind !== 'json-rpc') throw new Error(`Expected a json-rpc source, got ${source?.kind}.`);
    return source;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function streamOf(settings: JsonRpcSettings, name: string): JsonRpcStream {
  const stream = settings.streams[name];
  if (!stream) throw new Error(`The preset has no stream ${name}.`);
  return stream;
}

async function mapOne(name: string, record: JsonObject): Promise<MappedRecord> {
  const mapping = compileMapping({ system: 'erp', streamName: name, stream: streamOf(trytonWith(''), name) });
  const data = plainRecord(record, 'UTC');
  const [mapped] = await mapping.mapPage([{ key: String(data.id), version: null, deleted: false, data }]);
  if (!mapped) throw new Error('Expected one mapped record.');
  return mapped;
}

const decimal = (text: string) => ({ __class__: 'Decimal', decimal: text });
const day = (year: string, month: string, date: string) => ({ __class__: 'date', year, month, day: date });
const id = (entity: string, key: string) => recordId({ system: 'erp', entity, key });

describe('the preset for Tryton', () => {
  it('is valid, and every one of its streams compiles', () => {
    const settings = trytonWith('');
    const compiled = Object.entries(settings.streams).map(([streamName, stream]) =>
      compileMapping({ system: 'erp', streamName, stream }),
    );
    expect(new Set(compiled.map(({ hash }) => hash)).size).toBe(16);
  });

  it('lets a stream be dropped, and a field be filled in another way', () => {
    const { streams } = trytonWith(
      '    streams:\n      complaints: false\n      accounts:\n        records:\n' +
        '          - entity: account\n            fields:\n              currency: { const: CHF }\n',
    );
    expect(Object.keys(streams)).not.toContain('complaints');
    const [account] = streams.accounts?.records ?? [];
    expect(account?.fields).toMatchObject({ currency: { const: 'CHF' }, openBalance: 'receivable' });
  });

  it('asks Tryton for fields, not for the names that mappings give to linked records', () => {
    const all = Object.values(trytonWith('').streams).flatMap(requestedFields);
    expect(all.filter((field) => /\.(id|reference)$|\d/.test(field))).toEqual([]);
    expect(requestedFields(streamOf(trytonWith(''), 'contacts'))).toEqual(
      expect.arrayContaining(['from_', 'to', 'to.rec_name', 'to.email', 'write_date', 'create_date']),
    );
  });

  it('reads an invoice: what is open, what is due next, and which sale it bills', async () => {
    const line = (open: boolean, date: JsonObject) => ({ maturity_date: date, reconciliation: open ? null : '9' });
    const mapped = await mapOne('invoices', {
      id: '14',
      state: 'posted',
      party: '7',
      sales: ['17'],
      number: 'INV-1',
      invoice_date: day('2025', '7', '9'),
      total_amount: decimal('808.260'),
      untaxed_amount: decimal('808.26'),
      tax_amount: decimal('0'),
      amount_to_pay: decimal('404.13'),
      'currency.': { id: '1', code: 'EUR' },
      'lines_to_pay.': [
        line(true, day('2025', '10', '1')),
        line(false, day('2025', '8', '1')),
        line(true, day('2025', '9', '1')),
      ],
    });
    expect(mapped).toMatchObject({ outcome: 'mapped' });
    expect(mapped.outcome === 'mapped' && mapped.rows[0]?.fields).toMatchObject({
      kind: 'INVOICE',
      status: 'POSTED',
      paymentStatus: 'PARTIAL',
      orderId: id('order', '17'),
      partyId: id('party', '7'),
      dueDate: '2025-09-01',
      totalAmount: '808.26',
      outstandingAmount: '404.13',
      currency: 'EUR',
    });
  });

  it('takes a negative invoice for a credit note, and a draft for nothing that is owed', async () => {
    const draft = {
      id: '1',
      state: 'draft',
      party: '7',
      sales: [],
      total_amount: decimal('-5.00'),
      amount_to_pay: decimal('0'),
    };
    const mapped = await mapOne('invoices', { ...draft, 'currency.': { id: '1', code: 'EUR' }, 'lines_to_pay.': [] });
    expect(mapped.outcome === 'mapped' && mapped.rows[0]?.fields).toMatchObject({
      kind: 'CREDIT_NOTE',
      status: 'DRAFT',
      paymentStatus: null,
      outstandingAmount: null,
      dueDate: null,
      orderId: null,
    });
  });

  it('tells goods going out from goods coming back, and counts only what has moved', async () => {
    const move = {
      id: '73',
      origin: 'sale.line,49',
      sale: '15',
      quantity: '5',
      'product.': { id: '1', code: 'BO010' },
      'uom.': { id: '1', symbol: 'u' },
    };
    const out = await mapOne('moves', { ...move, shipment: 'stock.shipment.out,1', state: 'assigned' });
    expect(out.outcome === 'mapped' && out.rows).toMatchObject([
      {
        entity: 'shipmentLine',
        fields: { shipmentId: id('shipment', '1'), orderLineId: id('orderLine', '49'), shippedQty: '0' },
      },
    ]);
    const back = await mapOne('moves', { ...move, shipment: 'stock.shipment.out.return,3', state: 'done' });
    expect(back.outcome === 'mapped' && back.rows).toMatchObject([
      { entity: 'returnLine', fields: { returnId: id('customerReturn', '3'), quantity: '5' } },
    ]);
    const dropped = await mapOne('moves', { ...move, shipment: 'stock.shipment.out,1', state: 'cancelled' });
    expect(dropped).toMatchObject({ outcome: 'mapped', rows: [] });
    const inside = await mapOne('moves', { ...move, shipment: null, state: 'done' });
    expect(inside).toMatchObject({ outcome: 'mapped', rows: [] });
  });

  it('takes lines of goods for goods, and all that Tryton moves nothing for, for services', async () => {
    const line = { id: '49', sale: '15', quantity: '1', 'unit.': { id: '1', symbol: 'u' } };
    const isService = async (product: JsonObject | null) => {
      const named = product && { id: '1', code: 'X', name: 'X', ...product };
      const mapped = await mapOne('sale-lines', { ...line, 'product.': named });
      return mapped.outcome === 'mapped' ? mapped.rows[0]?.fields.service : mapped;
    };
    expect(await isService({ type: 'goods' })).toBe(false);
    expect(await isService({ type: 'assets' })).toBe(false);
    expect(await isService({ type: 'service' })).toBe(true);
    expect(await isService(null)).toBe(true);
  });

  it('reads an address of several lines, of a city alone, and none at all', async () => {
    const address = {
      id: '5',
      party: '7',
      invoice: '1',
      delivery: '0',
      street: null,
      city: 'Kiel',
      full_address: 'Kiel',
    };
    const rowsOf = async (values: JsonObject) => {
      const mapped = await mapOne('addresses', { ...address, ...values });
      return mapped.outcome === 'mapped'
        ? mapped.rows.map(({ fields }) => [fields.raw, fields.street, fields.usage])
        : mapped;
    };
    expect(await rowsOf({})).toEqual([['Kiel', null, 'invoice']]);
    const lines = { street: 'Hafen 1\nHaus B', full_address: 'Hafen 1\nHaus B\nKiel', delivery: '1' };
    expect(await rowsOf(lines)).toEqual([['Hafen 1, Haus B, Kiel', 'Hafen 1, Haus B', 'invoice, delivery']]);
    expect(await rowsOf({ full_address: ' ' })).toEqual([]);
    expect(await rowsOf({ full_address: null })).toEqual([]);
  });

  it('knows a contact person by the relation to a company', async () => {
    const party = { id: '8', name: 'Greta', email: '', phone: '', mobile: '', 'addresses.': [], 'relations.': [] };
    const kindOf = async (relations: JsonObject[]) => {
      const mapped = await mapOne('parties', { ...party, 'relations.': relations });
      return mapped.outcome === 'mapped' && mapped.rows[0]?.fields.kind;
    };
    expect(await kindOf([])).toBe('ORGANIZATION');
    expect(await kindOf([{ id: '1', 'type.': { id: '2', name: 'is contact of' } }])).toBe('PERSON');
  });

  it('refuses a state it does not know, naming those it does', async () => {
    const mapped = await mapOne('returns', { id: '1', state: 'lost', customer: '7', 'incoming_moves.': [] });
    expect(mapped).toMatchObject({ outcome: 'rejected', message: expect.stringContaining('received') });
  });
});
