/** One load client process: takes a job as its argument, prints `figures {…}` and ends. */

import { parseJob, type Figures, type Job } from './job.ts'
import { runPresence } from './presence.ts'
import { runTraffic } from './traffic.ts'

function run(job: Job): Promise<Figures> {
  const { work } = job
  return work.kind === 'idle' || work.kind === 'connect' ? runPresence(job, work) : runTraffic(job, work)
}

const figures = await run(parseJob(process.argv[2] ?? ''))
process.stdout.write(`figures ${JSON.stringify(figures)}\n`, () => process.exit(0))
