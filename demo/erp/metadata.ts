import { type EntityType, entitySets } from './entity-types.ts';

/** The service's `$metadata` document. */
export function metadataXml(): string {
  const sets: [string, EntityType][] = Object.entries(entitySets);
  const types = sets.flatMap(([, type]) => [
    typeXml(
      type,
      Object.entries(type.navigation).map(
        ([name, to]) => `<NavigationProperty Name="${name}" Type="Collection(sales.${to.name})"/>`,
      ),
    ),
    ...Object.values(type.navigation).map((inner) => typeXml({ ...inner, navigation: {} }, [])),
  ]);
  const container = sets.map(([name, type]) => `<EntitySet Name="${name}" EntityType="sales.${type.name}"/>`);
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>',
    '<Schema Namespace="sales" xmlns="http://docs.oasis-open.org/odata/ns/edm">',
    ...types,
    `<EntityContainer Name="Container">${container.join('')}</EntityContainer>`,
    '</Schema></edmx:DataServices></edmx:Edmx>',
  ].join('\n');
}

function typeXml({ name, key, properties }: EntityType, navigation: string[]): string {
  const fields = Object.entries(properties).map(([property, type]) => {
    const precision =
      type === 'Edm.DateTimeOffset'
        ? ' Precision="6"'
        : type === 'Edm.Decimal'
          ? ' Precision="19" Scale="variable"'
          : '';
    return `<Property Name="${property}" Type="${type}"${property === key ? ' Nullable="false"' : ''}${precision}/>`;
  });
  return `<EntityType Name="${name}"><Key><PropertyRef Name="${key}"/></Key>${fields.join('')}${navigation.join('')}</EntityType>`;
}
