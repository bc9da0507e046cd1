/** JSON as the connectors read it: numbers keep the digits the source wrote. */
export type JsonValue = string | boolean | null | JsonNumber | JsonValue[] | JsonObject;

export interface JsonObject {
  [key: string]: JsonValue;
}

/** lossless-json's number: 20-digit ids and decimals survive in it. */
interface JsonNumber {
  readonly isLosslessNumber: true;
  toString(): string;
}
