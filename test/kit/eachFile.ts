/** Runs before each test file (vitest.config.ts): its hook, being the first, is the last to run. */
import { afterAll } from 'vitest';
import { closeOpened } from './closing.ts';

afterAll(closeOpened);
