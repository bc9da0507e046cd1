/** JSON as the connectors read it: numbers kept as their text (`LosslessNumber` has been turned into a string). */
export type JsonValue = string | boolean | null | JsonNumber | JsonValue[] | JsonObject;

export interface JsonObject {
  [key: string]: JsonValue;
}

/** A number with the digits the source wrote, so that 20-digit ids and decimals survive. */
export interface JsonNumber {
  readonly isLosslessNumber: true;
  toString(): string;
}
