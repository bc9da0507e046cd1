import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { jaroWinkler } from '@skyra/jaro-winkler';
import fc from 'fast-check';
import { hubSettings } from '../../config/settings/settings.ts';
import { clustersOf, type LinkedPair } from '../../customer-360/identity/golden/clusters.ts';
import { compare } from '../../customer-360/identity/matching/compare.ts';
import { contradictions } from '../../customer-360/identity/matching/contradictions.ts';
import { fieldNames, fields } from '../../customer-360/identity/matching/fields.ts';
import { judge } from '../../customer-360/identity/matching/judge.ts';
import { learnModel } from '../../customer-360/identity/matching/learn-model.ts';
import { defaultModels } from '../../customer-360/identity/matching/model.ts';
import { isAlike, isTypo, similarity } from '../../customer-360/identity/matching/similarity.ts';
import { type ContactPoint, type Profile, profileOf } from '../../customer-360/identity/profile.ts';
import { resolveAll } from '../../customer-360/identity/resolution/resolve-all.ts';
import { party } from './party-facts.ts';

const { identity } = hubSettings.parse({});
const judging = { models: defaultModels, person: identity.person, organization: identity.organization };
const address = (street: string, postalCode: string, city: string): ContactPoint => ({
  kind: 'ADDRESS',
  raw: null,
  street,
  postalCode,
  city,
  country: null,
});
const profile = (
  system: string,
  key: string,
  some: Parameters<typeof party>[2] = {},
  contactPoints: ContactPoint[] = [],
): Profile => profileOf({ ...party(system, key, { displayName: `${system} ${key}`, ...some }), contactPoints }, 'DE');

describe('two profiles', () => {
  const levels = (a: Profile, b: Profile) => {
    const found = compare(a, b, () => 1).levels;
    return Object.fromEntries(
      fieldNames.flatMap((field, i) => {
        const level = found[i] ?? 0;
        return level === 0 ? [] : [[field, fields[field][level - 1]]];
      }),
    );
  };
  const person = (displayName: string, some: Parameters<typeof party>[2] = {}) =>
    profile('crm', displayName, { kind: 'PERSON', displayName, ...some });
  const firm = (displayName: string) => profile('crm', displayName, { displayName });

  it.each([
    ['Ann Lee', 'Lee, Ann', 'same'],
    ['Ann Marie Lee', 'Lee Ann', 'sameAndMore'],
    ['Ann Lee', 'Ann Leee', 'nearlySame'],
    ['A. Leemann', 'Ann Leemann', 'nearlySame'],
    ['Ann Lee', 'Bob Lee', 'partly'],
    ['Ann Lee', 'Tom Fox', 'different'],
    ['김민수', '김 민수', 'same'],
  ])('compare the persons %s and %s as %s', (a, b, expected) =>
    expect(levels(person(a), person(b))).toEqual({ name: expected }),
  );

  it.each([
    ['Acme Robotics GmbH', 'ACME ROBOTICS', 'same'],
    ['上海宏达机械有限公司', '上海宏达机械（中国）有限公司', 'same'],
    ['Weber Elektro 12', 'Weber Elektro 13', 'otherNumber'],
    ['Acme Robotics', 'Fox Textiles', 'different'],
  ])('compare the organisations %s and %s as %s', (a, b, expected) =>
    expect(levels(firm(a), firm(b))).toEqual({ name: expected }),
  );

  it('see a day and a month changed over', () => {
    const [a, b] = [person('Ann Lee', { birthDate: '1980-03-04' }), person('Ann Lee', { birthDate: '1980-04-03' })];
    expect(levels(a, b)).toEqual({ name: 'same', birthDate: 'swappedOrTypo' });
  });

  it('agree on nothing where one of them has nothing', () => {
    const [a, b] = [person('Ann Lee', { email: ' ', taxId: '' }), person('Ann Lee', { email: '', phone: 'n/a' })];
    expect(levels(a, b)).toEqual({ name: 'same' });
  });
});

describe('two words', () => {
  const word = fc.string({ unit: fc.constantFrom(...'abceistmM1-ß한김宏𠮷'), maxLength: 8 });
  const twoWords = fc.oneof(
    fc.tuple(word, word),
    // One made of the other by a few changes, as misspelt words are.
    fc
      .tuple(word, fc.array(fc.tuple(fc.nat(8), word), { maxLength: 2 }))
      .map(([first, changes]): [string, string] => [
        first,
        changes.reduce((text, [at, put]) => text.slice(0, at) + put.slice(0, 1) + text.slice(at + 1), first),
      ]),
  );
  const measured = (a: string, b: string) => (a === b ? 1 : jaroWinkler(a, b));

  it('are alike when the measures say so, though most are told apart without them', () => {
    fc.assert(
      fc.property(twoWords, ([a, b]) => {
        fc.pre(a.length > 1 && b.length > 1);
        const isSlip = Math.min(a.length, b.length) >= 3 && isTypo(a, b);
        const expected = isSlip || (a.length >= 4 && b.length >= 4 && measured(a, b) >= 0.9);
        expect(isAlike(a, b)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are as similar as measured, or not similar enough', () => {
    fc.assert(
      fc.property(twoWords, fc.constantFrom(0.5, 0.85, 0.96), ([a, b], least) => {
        const similar = measured(a, b);
        expect(similarity(a, b, least)).toBe(similar >= least ? similar : 0);
      }),
      { numRuns: 2_000 },
    );
  });
});

it('contradictions are those of the documentation, word by word', () => {
  const text = readFileSync(path.join(import.meta.dirname, '../../docs/identity.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` +\| ([^|]+?) +\|/gm)].map(([, kind, words]) => [kind, words]);
  expect(rows.filter(([kind]) => kind !== undefined && kind in contradictions)).toEqual(Object.entries(contradictions));
});

describe('a pair', () => {
  const verdict = (a: Profile, b: Profile, keys: string[] = []) => {
    const { rule, isDoubtful } = judge(a, b, keys, judging);
    return rule ?? (isDoubtful ? 'doubtful' : 'apart');
  };

  it('with the same name at the same address is one customer without any common number', () => {
    const street = [address('Hauptstraße 12', '80331', 'München')];
    const [a, b] = [
      profile('erp', '1', { displayName: 'Schröder Maschinenbau GmbH' }, street),
      profile('crm', '1', { displayName: 'SCHROEDER MASCHINENBAU' }, [address('Hauptstr. 12', '80331', 'Muenchen')]),
    ];
    expect(verdict(a, b)).toBe('MATCH');
  });

  it('with the same name at two companies are two persons, whose mailboxes say no more than the name', () => {
    const kate = (key: string, email: string, phone: string) =>
      profile('crm', key, { kind: 'PERSON', displayName: 'Kate Öztürk', email, phone });
    const [first, second] = [
      kate('1', 'kate.oeztuerk@papier.example', '+31 44 6667184'),
      kate('2', 'kate.oeztuerk@energy.example', '+49 22 7465877'),
    ];
    expect(verdict(first, second)).toBe('apart');
    const short = (key: string, domain: string) => kate(key, `k.ozturk@${domain}`, '');
    expect(verdict(short('3', 'papier.example'), short('4', 'energy.example'))).not.toBe('MATCH');
    // a mailbox that is more than the name is somebody's own
    const own = (key: string, domain: string) => kate(key, `kate.77.sails@${domain}`, '');
    expect(verdict(own('5', 'papier.example'), own('6', 'home.example'))).toBe('MATCH');
  });

  it('in one building, called otherwise and writing from other domains, is another firm', () => {
    const at = [address('Main Street 168', '78701', 'Austin')];
    const [a, b] = [
      profile('erp', '1', { displayName: 'Núñez Retail Inc.', email: 'info@nunez-retail.example' }, at),
      profile('erp', '2', { displayName: 'García Retail LLC', email: 'info@garcia-retail.example' }, at),
    ];
    expect(verdict(a, b)).toBe('apart');
  });

  it('with the same mailbox and different tax ids is doubtful, and two people of one mailbox are two', () => {
    const [a, b] = [
      profile('erp', '1', { displayName: 'Acme Bau', email: 'office@example.com', taxId: 'DE136695976' }),
      profile('crm', '1', { displayName: 'Acme Bau', email: 'office@example.com', taxId: 'DE811569869' }),
    ];
    expect(verdict(a, b, ['email:office@example.com'])).toBe('doubtful');
    const ann = profile('erp', '2', { kind: 'PERSON', displayName: 'Ann Lee', email: 'home@example.com' });
    const bob = profile('crm', '2', { kind: 'PERSON', displayName: 'Bob Fox', email: 'home@example.com' });
    expect(verdict(ann, bob, ['email:home@example.com'])).toBe('apart');
  });

  const person = (system: string, displayName: string, some: Parameters<typeof party>[2] = {}) =>
    profile(system, displayName, { kind: 'PERSON', displayName, phone: '+49 40 5100000', ...some }, [
      address('Hofweg 12', '21000', 'Erlenfurt'),
    ]);

  it.each([
    ['Gerda Amselbach', 'Egon Amselbach'],
    ['Mario Amselbach', 'Maria Amselbach'],
    ['Jan Amselbach', 'Jana Amselbach'],
    ['Tim Amselbach', 'Tom Amselbach'],
    ['Martin Amselbach', 'Martina Amselbach'],
    ['John Smith Jr.', 'John Smith Sr.'],
    ['John Smith II', 'John Smith III'],
    ['Smith Jr., John', 'John Smith Senior'],
    ['Herr Amselbach', 'Frau Amselbach'],
    ['김민수', '김지연'],
    ['김민수', 'Ji-yeon Kim'],
    ['王晓明', '王丽'],
  ])('of one household, %s and %s, is two people, whatever they share', (a, b) => {
    expect(verdict(person('erp', a), person('crm', b), ['phone:+49405100000'])).toBe('apart');
    const twins = [
      person('erp', a, { birthDate: '1980-01-02' }),
      person('crm', b, { birthDate: '1980-01-02' }),
    ] as const;
    expect(verdict(...twins, ['phone:+49405100000'])).toBe('apart');
  });

  it.each([
    ['Robert Amselbach', 'Bob Amselbach'],
    ['Amselbach, Gerda', 'Gerda Amselbach'],
    ['Gerda Amselbach', 'Gerda Amselbahc'],
    ['Gerda Maria Amselbach', 'Gerda Amselbach'],
    ['김민수', 'Kim Min-su'],
    ['김민수', 'Minsu Kim'],
    ['이정희', 'Jung-hee Lee'],
    ['박서연', 'Seoyeon Park'],
    ['최은우', 'Choi Eun Woo'],
    ['王晓明', 'Xiaoming Wang'],
    ['单志强', 'Shan Zhiqiang'],
  ])('of one household, %s and %s, is one person', (a, b) => {
    expect(verdict(person('erp', a), person('crm', b), ['phone:+49405100000'])).toBe('PHONE');
  });

  it('of namesakes born on different days is two people', () => {
    const born = (system: string, birthDate: string) => person(system, 'Gerda Amselbach', { birthDate });
    expect(verdict(born('erp', '1950-01-02'), born('crm', '1980-07-19'), ['phone:+49405100000'])).toBe('apart');
    expect(verdict(born('erp', '1950-01-02'), born('crm', '1950-02-01'), ['phone:+49405100000'])).toBe('PHONE');
  });

  it('with a kanji name and one in letters is not compared by name', () => {
    const [a, b] = [
      person('erp', '田中健', { country: 'JP', email: 'k.t7@example.com' }),
      person('crm', 'Ken Tanaka', { country: 'JP', email: 'k.t7@example.com' }),
    ];
    expect(verdict(a, b, ['email:k.t7@example.com'])).toBe('EMAIL');
  });

  it('with the same tax id is one customer whatever its names, if the check digits are right', () => {
    const named = (system: string, displayName: string, taxId: string) => profile(system, '1', { displayName, taxId });
    const [a, b] = [named('erp', 'Acme', 'DE136695976'), named('crm', 'Zenith Holding', 'DE136695976')];
    expect(verdict(a, b, ['tax:DE136695976'])).toBe('TAX_ID');
    const [c, d] = [named('erp', 'Acme', 'DE136695970'), named('crm', 'Zenith Holding', 'DE136695970')];
    expect(verdict(c, d, ['tax:DE136695970'])).toBe('doubtful');
  });
});

describe('learning', () => {
  const people = Array.from({ length: 120 }, (_, i) => {
    const [given, family] = [['Ann', 'Bob', 'Eve', 'Tom', 'Uma'][i % 5], `F${String.fromCharCode(97 + (i % 26))}x${i}`];
    const facts = { kind: 'PERSON' as const, birthDate: `19${50 + (i % 50)}-0${1 + (i % 9)}-1${i % 10}` };
    return ['erp', 'crm'].map((system) =>
      profile(system, String(i), { ...facts, displayName: `${given} ${family}`, email: `${family}@example.com` }, [
        address(`Weg ${i}`, String(10_000 + i * 7), 'Bonn'),
      ]),
    );
  }).flat();
  const learn = (profiles: Profile[], seed = 1) =>
    learnModel({ profiles, seed, maxBlock: 50, start: defaultModels.person });

  it('comes to the same from the same records and seed, in whatever order', () => {
    expect(learn([...people].reverse())).toEqual(learn(people));
  });

  it('finds out how often matches agree, and how rare that is by chance', () => {
    const { m, u, prior } = learn(people);
    const birthDate = fieldNames.indexOf('birthDate');
    expect(m[birthDate]?.[0]).toBeGreaterThan(0.95);
    expect(u[birthDate]?.[0]).toBeLessThan(0.02);
    // 120 of 240 * 239 / 2 pairs
    expect(2 ** prior).toBeGreaterThan(120 / 28_680 / 2);
    expect(2 ** prior).toBeLessThan((120 / 28_680) * 2);
  });
});

describe('clusters', () => {
  const link = (a: string, b: string, weight = 10, rule: LinkedPair['rule'] = 'MATCH'): LinkedPair => ({
    a,
    b,
    weight,
    rule,
  });
  const cluster = (
    ids: string[],
    links: LinkedPair[],
    some: Partial<Parameters<typeof clustersOf>[0]> = {},
  ): string[] =>
    clustersOf({
      systems: new Map(ids.map((id) => [id, id.charAt(0)])),
      links,
      decisions: [],
      oneRecordSystems: new Set(),
      evidence: () => 0,
      ...some,
    }).map((members) => members.join(' '));

  it('are made of parties that are linked, directly or through others', () => {
    expect(cluster(['a1', 'b1', 'c1', 'd1'], [link('a1', 'b1'), link('b1', 'c1')])).toEqual(['a1 b1 c1', 'd1']);
  });

  it('do not hang on a weak bridge, unless it is authoritative', () => {
    const [ids, links] = [
      ['a1', 'a2', 'b1', 'b2'],
      [link('a1', 'a2', 12), link('b1', 'b2', 12)],
    ];
    const against = { evidence: () => -5 };
    expect(cluster(ids, [...links, link('a2', 'b1', 8)], against)).toEqual(['a1 a2', 'b1 b2']);
    expect(cluster(ids, [...links, link('a2', 'b1', 8, 'CROSS_REFERENCE')], against)).toEqual(['a1 a2 b1 b2']);
  });

  it('hold one record of a system that knows every customer once, the surer one', () => {
    const links = [link('a1', 'b1', 9), link('a2', 'b1', 12)];
    expect(cluster(['a1', 'a2', 'b1'], links, { oneRecordSystems: new Set(['a']) })).toEqual(['a1', 'a2 b1']);
  });

  it('always keep what stewards decided', () => {
    const links = [link('a1', 'b1'), link('b1', 'c1')];
    const apart = { decisions: [{ a: 'a1', b: 'c1', verdict: 'APART' as const }] };
    expect(cluster(['a1', 'b1', 'c1'], links, apart)).toEqual(['a1 b1', 'c1']);
    const same = { decisions: [{ a: 'a1', b: 'a2', verdict: 'SAME' as const }], oneRecordSystems: new Set(['a']) };
    expect(cluster(['a1', 'a2'], [], same)).toEqual(['a1 a2']);
  });

  it('never hold two that contradict each other, not through a third either, unless somebody said that they are one', () => {
    const links = [link('a1', 'b1', 20), link('b1', 'c1', 30)];
    const contradict = (a: string, b: string) => a !== b && a !== 'b1' && b !== 'b1';
    expect(cluster(['a1', 'b1', 'c1'], links, { contradict })).toEqual(['a1', 'b1 c1']);
    const same = { decisions: [{ a: 'a1', b: 'c1', verdict: 'SAME' as const }], contradict };
    expect(cluster(['a1', 'b1', 'c1'], links, same)).toEqual(['a1 b1 c1']);
  });

  it('do not depend on the order of links, and never break a decision', () => {
    const id = fc.nat(12).map((n) => `${'abc'.charAt(n % 3)}${n}`);
    const pair = fc.tuple(id, id).filter(([a, b]) => a < b);
    const situation = fc.record({
      links: fc.uniqueArray(fc.tuple(pair, fc.integer({ min: 1, max: 30 })), { selector: ([p]) => p.join(' ') }),
      apart: fc.uniqueArray(pair, { maxLength: 4, selector: (p) => p.join(' ') }),
      seed: fc.nat(),
    });
    const ids = Array.from({ length: 13 }, (_, n) => `${'abc'.charAt(n % 3)}${n}`);
    fc.assert(
      fc.property(situation, ({ links, apart, seed }) => {
        const made = links.map(([[a, b], weight]) => link(a, b, weight));
        const turned = [...made].sort((x, y) => ((x.weight * 7 + seed) % 5) - ((y.weight * 7 + seed) % 5));
        const decisions = apart.map(([a, b]) => ({ a, b, verdict: 'APART' as const }));
        const found = cluster(ids, made, { decisions });
        expect(cluster([...ids].reverse(), turned, { decisions })).toEqual(found);
        for (const [a, b] of apart) {
          expect(found.some((members) => members.split(' ').includes(a) && members.split(' ').includes(b))).toBe(false);
        }
      }),
    );
  });
});

describe('resolving all', () => {
  it('takes a value that too many share for nothing', () => {
    const profiles = Array.from({ length: 14 }, (_, i) =>
      profile('crm', String(i), { displayName: `Firm ${'abcdefghijklmn'.charAt(i).repeat(6)}`, email: 'no@shared.de' }),
    );
    const settled = { judging, maxShared: 12, maxBlock: 50 };
    expect(resolveAll({ profiles, ...settled }).clusters).toHaveLength(14);
  });
});
