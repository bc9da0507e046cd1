import type { Day, Micros } from '../calendar.ts';
import { stampOn } from '../change-stamp.ts';
import type { Customer } from '../customers.ts';
import { personName } from '../names/names.ts';
import type { OfParty } from '../of-party.ts';
import type { Party } from '../parties.ts';
import type { Random } from '../random.ts';

export interface Contact extends OfParty {
  name: string;
  title: string;
  department: string;
  role: 'DECISION_MAKER' | 'INFLUENCER' | 'USER' | 'GATEKEEPER' | 'BUYER';
  email: string | null;
  phone: string | null;
  reportsTo: string | null;
}

export interface Consent extends OfParty {
  purpose: string;
  channel: string;
  basis: string;
  status: 'GRANTED' | 'DENIED' | 'WITHDRAWN' | 'EXPIRED';
  evidence: string;
  at: Micros;
}

export function makeContacts(random: Random, start: number, party: Party, customer: Customer, today: Day): Contact[] {
  const count = customer.isKeyAccount ? random.int(4, 7) : random.int(1, 3);
  const roles = ['DECISION_MAKER', 'BUYER', 'INFLUENCER', 'USER', 'GATEKEEPER'] as const;
  const titles = {
    DECISION_MAKER: 'Managing Director',
    BUYER: 'Purchasing Manager',
    INFLUENCER: 'Head of Engineering',
    USER: 'Plant Supervisor',
    GATEKEEPER: 'Assistant',
  };
  return Array.from({ length: count }, (_, i) => {
    const name = personName(random, customer.regionCode);
    const role = roles[i % roles.length] ?? 'USER';
    return {
      id: `CT-${String(start + i).padStart(6, '0')}`,
      party: party.id,
      name: name.full,
      title: titles[role],
      department: random.pick(['Purchasing', 'Engineering', 'Management', 'Operations']),
      role,
      email: random.chance(0.9) ? `${name.latin}@${customer.domain}` : null,
      phone: random.chance(0.6) ? party.phone : null,
      reportsTo: i === 0 ? null : `CT-${String(start).padStart(6, '0')}`,
      changedAt: stampOn(random, today - random.int(1, 700)),
    };
  });
}

export function makeConsent(random: Random, index: number, party: Party, today: Day): Consent {
  const at = stampOn(random, today - random.int(1, 700));
  return {
    id: `CN-${String(index).padStart(6, '0')}`,
    party: party.id,
    purpose: random.pick(['newsletter', 'product-news', 'satisfaction-survey', 'profiling']),
    channel: random.pick(['email', 'phone', 'post']),
    basis: random.pick(['consent', 'consent', 'legitimate-interest']),
    status: random.weighted({ GRANTED: 68, DENIED: 14, WITHDRAWN: 12, EXPIRED: 6 }),
    evidence: random.pick(['web form, double opt-in', 'paper form at trade fair', 'recorded call']),
    at,
    changedAt: at,
  };
}
