/**
 * What two profiles are compared by, and the levels of each comparison from the strongest agreement to plain
 * disagreement. A level's number is its place in the list plus one; 0 is "one of the two has nothing", which says
 * nothing. The order of fields and levels is part of a stored model: change it only with `MODEL_FORMAT`.
 */
export const fields = {
  name: ['same', 'sameAndMore', 'nearlySame', 'alike', 'contained', 'partly', 'hardly', 'otherNumber', 'different'],
  birthDate: ['same', 'swappedOrTypo', 'sameYearOrDay', 'different'],
  taxId: ['same', 'typo', 'different'],
  email: ['same', 'sameDomain', 'sameMailbox', 'different'],
  phone: ['same', 'sameEnding', 'different'],
  street: ['same', 'sameOtherNumber', 'alike', 'sameNumber', 'different'],
  place: ['same', 'sameCode', 'nearlySame', 'sameCity', 'different'],
} as const;

export type Field = keyof typeof fields;

export const fieldNames = Object.keys(fields) as Field[];

/** Changes when fields or levels do: a model of another format is not used. */
export const MODEL_FORMAT = 1;
