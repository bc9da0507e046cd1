import type { TypedDocumentString } from './graphql/graphql.ts';

const url = 'http://127.0.0.1:4000/graphql';

/** Asks one operation by the id of its document; the hub knows its text from the manifest. */
export async function ask<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ documentId: document.__meta__?.hash, variables }),
  });
  const { data, errors } = (await answer.json()) as { data?: Result; errors?: { message: string }[] };
  if (!data) throw new Error(errors?.map(({ message }) => message).join(' ') ?? `Status ${answer.status}.`);
  return data;
}
