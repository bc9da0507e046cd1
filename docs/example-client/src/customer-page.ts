import { ask } from './ask.ts';
import { graphql } from './graphql/gql.ts';

const CustomerPage = graphql(`
  query CustomerPage($id: ID!) {
    customer(id: $id) {
      id
      displayName
      orders(first: 10) {
        totalCount
        nodes {
          orderNumber
          stage
          totalAmount {
            amount
            currency
          }
        }
      }
    }
  }
`);

/** Lines such as `SO-1017 SHIPPED 42.50 EUR`; every field is typed by the query. */
export async function orderLines(id: string): Promise<string[]> {
  const { customer } = await ask(CustomerPage, { id });
  const orders = customer?.orders?.nodes ?? [];
  return orders.map(
    ({ orderNumber, stage, totalAmount }) => `${orderNumber} ${stage} ${totalAmount?.amount} ${totalAmount?.currency}`,
  );
}
