// Conversations on their way once more: from the stage that people asked for, or behind a correction. When that may be is
// conversations/annotations/.

import type { Reanalysis } from '../conversations/index.ts'
import { takeTags } from '../ingest/index.ts'
import type { Queue } from '../platform/jobs/queue.ts'
import { type Advance, asJob, laneOf, type PipelineJobs } from './run.ts'

export const reanalysis = (queue: Queue, jobs: PipelineJobs): Reanalysis => ({
  takeTags: (tx, orgId, runs) =>
    takeTags(
      tx,
      // What needs no transcription takes milliseconds, as chats do, and waits with them.
      runs.map(({ channel, from }) => ({ orgId, channel: from === 'transcribe' ? channel : 'chat' })),
    ),
  async enqueue(tx, again) {
    const runs = again.map(({ channel, from, revision, ...rest }) => {
      const input: Advance =
        from === 'transcribe' ? { ...rest, stage: 'decode' } : { ...rest, stage: 'measure', revision, isLight: true }
      return { input, lane: laneOf(jobs, channel, input) }
    })
    for (const [lane, some] of Map.groupBy(runs, (one) => one.lane)) {
      await queue.enqueue(
        tx,
        lane,
        some.map(({ input }) => asJob(input)),
      )
    }
  },
})
