import type { OdataVersion } from './odata-version.ts';

/** How values are written in addresses: bare in v4 unless they are text, mostly with a prefix in v2. */
export function literal(text: string, type: string, version: OdataVersion): string {
  if (type === 'Edm.String') return quoted(text);
  if (version === 4) return text;
  switch (type) {
    case 'Edm.DateTime':
      return `datetime'${text.replace(/Z$/, '')}'`;
    case 'Edm.DateTimeOffset':
      return `datetimeoffset'${text}'`;
    case 'Edm.Time':
      return `time'${text}'`;
    case 'Edm.Guid':
      return `guid'${text}'`;
    case 'Edm.Int64':
      return `${text}L`;
    case 'Edm.Decimal':
      return `${text}M`;
    default:
      return text;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The type of a change stamp where `$metadata` does not tell. */
export function assumedStampType(cursorType: 'instant' | 'date' | 'integer', version: OdataVersion): string {
  switch (cursorType) {
    case 'instant':
      return 'Edm.DateTimeOffset';
    case 'date':
      return version < 4 ? 'Edm.DateTime' : 'Edm.Date';
    case 'integer':
      return 'Edm.Int64';
  }
}
