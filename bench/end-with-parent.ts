/**
 * Imported before each child's own code (`--import`): ends the process when stdin closes. The benchmark holds it open, so
 * that even one that was killed leaves no server behind.
 */

import { isMainThread } from 'node:worker_threads'

// A worker thread inherits `--import`, and its stdin is at its end from the start.
if (isMainThread)
  process.stdin
    .on('end', () => process.exit(1))
    .resume()
    .unref()
