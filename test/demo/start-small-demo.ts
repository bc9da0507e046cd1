import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DemoOptions, type DemoSources, startDemoSources } from '../../demo/start-demo-sources.ts';

/** The demo's sources with little data, always the same, in a folder of their own. `stop` removes the folder. */
export async function startSmallDemo(options: Partial<DemoOptions> = {}): Promise<DemoSources> {
  const directory = mkdtempSync(join(tmpdir(), 'customer360-demo-'));
  const demo = await startDemoSources({ seed: 11, scale: 0.05, today: '2026-03-02', directory, ...options });
  return {
    ...demo,
    async stop() {
      await demo.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export type JsonAnswer = Record<string, unknown> & { status: number };

/** Asks one of the demo's HTTP sources, logged in unless another `authorization` is given. */
export async function ask(
  { env }: DemoSources,
  system: 'erp' | 'scm' | 'crm',
  path: string,
  headers: Record<string, string> = {},
): Promise<JsonAnswer> {
  const login = {
    erp: `Basic ${btoa(`${env.DEMO_ERP_USER}:${env.DEMO_ERP_PASSWORD}`)}`,
    scm: `Bearer ${env.DEMO_SCM_TOKEN}`,
    crm: `Basic ${btoa(`${env.DEMO_CRM_USER}:${env.DEMO_CRM_PASSWORD}`)}`,
  }[system];
  const base = env[`DEMO_${system.toUpperCase()}_URL`];
  const response = await fetch(`${base}${path}`, { headers: { authorization: login, ...headers } });
  const body: unknown = await response.json();
  return { ...(body as Record<string, unknown>), status: response.status };
}
