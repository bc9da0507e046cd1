import { describe, expect, it } from '@jest/globals';
import { settingsSchema } from '../../config/settings/load-settings.ts';
import { sourceSchema } from '../../connectors/kinds.ts';

const service = { kind: 'graphql', url: 'https://loyalty.example.com/graphql' };
const problemsOf = (services: object) => {
  const read = settingsSchema(sourceSchema).safeParse({ sources: {}, services });
  return read.success ? [] : read.error.issues.map(({ message }) => message);
};

describe('the settings of services', () => {
  it('need no more than what a service is and where', () => {
    const { services } = settingsSchema(sourceSchema).parse({ sources: {}, services: { loyalty: service } });
    expect(services.loyalty).toMatchObject({ requires: ['crm:read'], queries: [], forwardAuthorization: false });
  });

  it.each([
    [
      'an entry without its argument',
      { loyalty: { ...service, extends: { Customer: { entry: 'byIds' } } } },
      'customersByIds(ids)',
    ],
    ['the name of the hub', { hub: service }, 'not "hub"'],
    ['a scope there is not', { loyalty: { ...service, requires: ['loyalty:read'] } }, 'crm:read'],
    ['a supergraph without a file', { venue: { kind: 'supergraph' } }, 'expected string'],
    ['an address of another kind', { loyalty: { ...service, url: 'file:///etc/passwd' } }, 'http://'],
  ])('refuse %s', (_what, services, expected) => {
    expect(problemsOf(services).join()).toMatch(new RegExp(expected.replace(/[()"/:]/g, '.')));
  });
});
