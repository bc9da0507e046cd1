import type { AcceptanceHub } from './acceptance-hub.ts';
import type { TrytonApi } from './tryton-api.ts';

/** One thing that was changed in Tryton, and how the graph is asked whether it followed. */
export interface Edit {
  what: string;
  followed(hub: AcceptanceHub): Promise<boolean>;
}

/** Changes, makes and deletes records through Tryton's API, as its users would. */
export async function editTryton(api: TrytonApi, system: string): Promise<Edit[]> {
  const mark = Date.now().toString(36);
  const first = async (model: string, domain: unknown[]): Promise<number> => {
    const [id] = await api.call<number[]>(`model.${model}.search`, domain, 0, 1, [['id', 'ASC']]);
    if (id === undefined) throw new Error(`Expected a ${model} with ${JSON.stringify(domain)} to edit, found none.`);
    return id;
  };
  const on = (method: string, id: number, ...values: unknown[]) => api.call(`model.${method}`, [id], ...values);
  const state = (model: string, is: string) => first(model, [['state', '=', is]]);
  const customer = async (hub: AcceptanceHub, party: number) => {
    const fields = '{ displayName email contactPoints { kind raw city } }';
    const query = `query One($system: String!, $key: String!) { customerBySource(system: $system, key: $key) ${fields} }`;
    return (await hub.ask<{ customerBySource: Customer | null }>(query, { system, key: String(party) }))
      .customerBySource;
  };
  const recordState = async (hub: AcceptanceHub, list: string, number: string, named: string) => {
    const query = `query One($number: [String!]) { found: ${list}(filter: { ${named}: $number }) { nodes { sourceStatus } } }`;
    const { found } = await hub.ask<{ found: { nodes: { sourceStatus: string }[] } }>(query, { number: [number] });
    return found.nodes[0]?.sourceStatus;
  };
  const numberOf = async (model: string, id: number) => {
    const [record] = await api.call<{ number: string }[]>(`model.${model}.read`, [id], ['number']);
    return record?.number ?? '';
  };
  const edits: Edit[] = [];

  const renamed = await first('party.party', [['identifiers.type', '=', 'eu_vat']]);
  await on('party.party.write', renamed, { name: `Renamed ${mark}` });
  edits.push({
    what: 'a party renamed',
    followed: async (hub) => (await customer(hub, renamed))?.displayName === `Renamed ${mark}`,
  });

  const moved = await first('party.address', [
    ['city', '!=', null],
    ['party', '!=', renamed],
  ]);
  const [address] = await api.call<{ party: number }[]>('model.party.address.read', [moved], ['party']);
  await on('party.address.write', moved, { city: `Neustadt ${mark}` });
  edits.push({
    what: 'an address changed, which does not touch its party',
    followed: async (hub) =>
      (await customer(hub, address?.party ?? 0))?.contactPoints.some(({ city }) => city === `Neustadt ${mark}`) ===
      true,
  });

  const email = `new.${mark}@example.com`;
  const [made = 0] = await api.call<number[]>('model.party.party.create', [
    {
      name: `New ${mark}`,
      contact_mechanisms: [['create', [{ type: 'email', value: email }]]],
      addresses: [['create', [{ street: 'Hafen 1', city: 'Kiel' }]]],
    },
  ]);
  edits.push({ what: 'a party made', followed: async (hub) => (await customer(hub, made))?.email === email });

  const mechanism = await first('party.contact_mechanism', [
    ['type', '=', 'email'],
    ['party', 'not in', [renamed, made]],
  ]);
  const [contact] = await api.call<{ party: number; value: string }[]>(
    'model.party.contact_mechanism.read',
    [mechanism],
    ['party', 'value'],
  );
  await on('party.contact_mechanism.write', mechanism, { value: `changed.${mark}@example.com` });
  edits.push({
    what: 'an e-mail address changed, which does not touch its party',
    followed: async (hub) =>
      (await customer(hub, contact?.party ?? 0))?.contactPoints.some(
        ({ raw }) => raw === `changed.${mark}@example.com`,
      ) === true,
  });
  const website = await first('party.contact_mechanism', [['type', '=', 'website']]);
  const [site] = await api.call<{ party: number }[]>('model.party.contact_mechanism.read', [website], ['party']);
  // As Tryton's own client deletes it: through its party.
  await on('party.party.write', site?.party ?? 0, { contact_mechanisms: [['delete', [website]]] });

  const confirmed = await state('sale.sale', 'quotation');
  const confirmedNumber = await numberOf('sale.sale', confirmed);
  await on('sale.sale.confirm', confirmed);
  await on('sale.sale.process', confirmed);
  edits.push({
    what: 'a quotation confirmed and processed',
    followed: async (hub) => (await recordState(hub, 'orders', confirmedNumber, 'orderNumber')) === 'processing',
  });
  const cancelled = await state('sale.sale', 'quotation');
  const cancelledNumber = await numberOf('sale.sale', cancelled);
  await on('sale.sale.cancel', cancelled);
  edits.push({
    what: 'a quotation cancelled',
    followed: async (hub) => (await recordState(hub, 'orders', cancelledNumber, 'orderNumber')) === 'cancelled',
  });
  await on('sale.sale.copy', confirmed, {});
  await on('sale.sale.delete', await state('sale.sale', 'draft'));

  const posted = await state('account.invoice', 'draft');
  await on('account.invoice.post', posted);
  const postedNumber = await numberOf('account.invoice', posted);
  edits.push({
    what: 'an invoice posted',
    followed: async (hub) => (await recordState(hub, 'invoices', postedNumber, 'invoiceNumber')) === 'posted',
  });
  await on('account.invoice.delete', await state('account.invoice', 'draft'));
  await on('account.payment.succeed', await state('account.payment', 'processing'));
  await on('account.payment.fail', await state('account.payment', 'processing'));

  const shipped = await state('stock.shipment.out', 'packed');
  const shippedNumber = await numberOf('stock.shipment.out', shipped);
  await on('stock.shipment.out.done', shipped);
  edits.push({
    what: 'a shipment sent',
    followed: async (hub) => (await recordState(hub, 'shipments', shippedNumber, 'shipmentNumber')) === 'done',
  });
  await on('sale.opportunity.delete', await state('sale.opportunity', 'lead'));
  await on('sale.complaint.delete', await state('sale.complaint', 'draft'));
  return edits;
}

interface Customer {
  displayName: string;
  email: string | null;
  contactPoints: { kind: string; raw: string; city: string | null }[];
}
