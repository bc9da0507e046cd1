// The demo's source systems as a process of their own: they are other machines in real life, and here another core.
import { register } from 'tsx/esm/api';

register();
await import('./demo/demo-sources-process.ts');
