// Figure: how many chats a second are taken in from one ZIP of small files.

import { join } from 'node:path'
import { writeChatArchive } from './archives.ts'
import { openBulkIntake } from './bulk-intake.ts'
import { durableDatabase } from './durable-database.ts'
import { median, report, spread } from './figure.ts'

const chats = 20_000
const rounds = 3

const database = await durableDatabase()
const intake = await openBulkIntake(database)
try {
  const rates: number[] = []
  for (let round = 0; round < rounds; round++) {
    const path = join(database.dir, `chats-${round}.zip`)
    await writeChatArchive(path, chats, `round-${round}`)
    const { job, seconds } = await (await intake.load(path)).run()
    if (job.counts?.ok !== chats)
      throw new Error(`taken in: ${JSON.stringify(job.counts)} ${JSON.stringify(job.failure)}`)
    rates.push(chats / seconds)
  }
  report({
    name: 'Chats taken in from one ZIP of 20,000',
    value: median(rates),
    goal: { atLeast: 2000 },
    unit: 'rows/s',
    from: `${rounds} rounds, ${spread(rates)} a second, from the first look into the archive to the end of the job.`,
  })
} finally {
  await intake.stop()
  await database.stop()
}
