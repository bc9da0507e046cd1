/** Why a stream cannot be live: without a way to ask for single records, each question would read the whole list. */
export const liveNeedsByKey =
  'expected byKey beside live: without a way to ask for single records, each question would read the whole list.';
