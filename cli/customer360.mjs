#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// Before anything is loaded, since it counts from the first collection on (docs/decisions/0022).
setFlagsFromString('--heap-growing-percent=100');

// The sources are run as they are (docs/decisions/0005): tsx takes the types off while they load.
const { register } = await import('tsx/esm/api');
register();
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
