/**
 * The version a service speaks. Version 3 asks as version 2 does (its literals and `$inlinecount`) and may answer in
 * either JSON format, verbose or light.
 */
export type OdataVersion = 2 | 3 | 4;

/** What a service is told that the hub understands; without it a newer service answers in its newest format. */
export function versionHeaders(version: OdataVersion): Record<string, string> {
  return version === 4 ? { 'odata-maxversion': '4.0' } : { maxdataserviceversion: `${version}.0` };
}

/** How the entities are asked for. */
export const acceptedFormats: Record<OdataVersion, string> = {
  2: 'application/json',
  3: 'application/json;odata=minimalmetadata,application/json;q=0.5',
  4: 'application/json;odata.metadata=minimal;IEEE754Compatible=true',
};

/** The query option by which a list is asked for with its count. */
export function countOption(version: OdataVersion): Record<string, string> {
  return version === 4 ? { $count: 'true' } : { $inlinecount: 'allpages' };
}
