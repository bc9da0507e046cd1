import type { DomainSubschema } from '../subschema.ts';
import { crm } from './crm.ts';
import { customer360 } from './customer360.ts';
import { erp } from './erp.ts';
import { finance } from './finance.ts';
import { insight } from './insight.ts';
import { operations } from './operations.ts';
import { scm } from './scm.ts';

/** The domains the graph is made of, the one that says what a type is first. */
export const subschemas: readonly DomainSubschema[] = [customer360, crm, erp, scm, finance, insight, operations];

export const domains = subschemas.map(({ domain }) => domain);
