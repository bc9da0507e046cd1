import { makeCompany } from '../company.ts';
import { makeQuestions } from '../questions.ts';
import { contenderTask } from './contender.ts';
import { serveJson } from './json-server.ts';

/* The limit of caching: every answer as a text that was made beforehand, found by its variables. */

const task = contenderTask();
const answers = new Map(
  makeQuestions(makeCompany(task), task.seed).flatMap(({ query, cases }) =>
    cases.map(({ variables, data }) => [query + JSON.stringify(variables), JSON.stringify({ data })] as const),
  ),
);
serveJson(({ query, variables }) => answers.get(query + JSON.stringify(variables)) ?? '{}');
