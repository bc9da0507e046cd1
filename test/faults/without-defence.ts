import { type Defence, takeAway } from '../../config/defences.ts';

/** Does `work` with one defence taken away, and puts it back: what a test of the defence must then find broken. */
export async function withoutDefence<T>(name: Defence, work: () => Promise<T>): Promise<T> {
  const putBack = takeAway(name);
  try {
    return await work();
  } finally {
    putBack();
  }
}
