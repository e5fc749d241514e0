import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { type Entry, type Journal, openJournal, readJournal } from './journal.ts'
import { readLines, rewriteFile } from './journal-file.ts'

describe('the journal of a watcher', () => {
  let dir = ''
  let count = 0
  /** Closed at the end: after a crash nobody closes them. */
  const opened = new Set<Journal>()
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'indaba-journal-'))
  })
  after(async () => {
    for (const journal of opened) await journal.close()
    await rm(dir, { recursive: true, force: true })
  })

  const fresh = () => join(dir, `${count++}.journal`)
  const open = async (path: string, more: object = {}) => {
    const made = await openJournal({ path, folder: dir, sinceMs: 0, ...more })
    opened.add(made.journal)
    return made
  }
  const entry = (path: string, state: Entry['state'], more: Partial<Entry> = {}): Entry => ({
    path,
    size: 5,
    modified: 1000,
    sha256: `hash of ${path}`,
    state,
    at: new Date().toISOString(),
    ...more,
  })
  const found = (path: string, sizeBytes = 5, modifiedMs = 1000) => ({ path, sizeBytes, modifiedMs })

  test('knows after a restart what it knew before, by path and by content', async () => {
    const path = fresh()
    const { journal, isNew } = await open(path, { sinceMs: 77 })
    assert.deepEqual([isNew, journal.first], [true, { sinceMs: 77 }])
    await journal.write(entry('a.wav', 'uploading', { upload: '/v1/uploads/1' }))
    await journal.write(entry('a.wav', 'sent', { conversation: 'c1' }), entry('b.wav', 'refused', { reason: 'No.' }))
    await journal.writeJob({ id: 'j', day: '2026-01-02' })
    await journal.endFirst()
    // Not closed, as after a kill.
    const again = await open(path, { sinceMs: 99 })
    assert.deepEqual([again.isNew, again.torn, again.journal.first], [false, 0, null])
    assert.equal(again.journal.of(found('a.wav'))?.state, 'sent')
    assert.equal(again.journal.of(found('a.wav', 6)), null, 'another size is another file')
    assert.equal(again.journal.of(found('a.wav', 5, 1001)), null)
    assert.equal(again.journal.sentAs('hash of a.wav')?.conversation, 'c1')
    assert.equal(again.journal.sentAs('hash of b.wav'), null)
    assert.deepEqual(again.journal.counts, { sent: 1, refused: 1 })
    assert.deepEqual(again.journal.job, { id: 'j', day: '2026-01-02' })
    const retrying = await open(path, { retriesRefused: true })
    assert.equal(retrying.journal.of(found('b.wav')), null)
    assert.deepEqual(retrying.journal.counts, { sent: 1, refused: 0 })
  })

  test('wherever a crash cuts the file off, all whole lines are known, and more can be added', async () => {
    const path = fresh()
    const { journal } = await open(path)
    for (let index = 0; index < 5; index++) await journal.write(entry(`${index}.wav`, 'sent', { conversation: 'é😀' }))
    const whole = await readFile(path)
    const begin = whole.indexOf('\n') + 1
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: begin, max: whole.length }), async (cut) => {
        const torn = fresh()
        await writeFile(torn, whole.subarray(0, cut))
        const lines = whole.subarray(begin, cut).toString('latin1').split('\n')
        // A line without its end is whole all the same.
        const least = lines.length - 1
        const reopened = await open(torn)
        const { sent } = reopened.journal.counts
        assert.ok(sent === least || sent === least + 1, `${sent} of ${least}`)
        await reopened.journal.write(entry('more.wav', 'sent'))
        assert.equal((await open(torn)).journal.counts.sent, sent + 1)
      }),
      { numRuns: 60 },
    )
  })

  test('what was written half is kept apart from what comes next', async () => {
    const path = fresh()
    const { journal } = await open(path)
    await journal.write(entry('a.wav', 'sent'))
    await appendFile(path, '{"path":"torn')
    await appendFile(path, '\n')
    await journal.write(entry('b.wav', 'sent'))
    const again = await open(path)
    assert.deepEqual([again.torn, again.journal.counts.sent], [1, 2])
  })

  test('lines of writers at the same time are all there, in order of their writing', async () => {
    const path = fresh()
    const file = await rewriteFile(path, [{ n: -1 }])
    await Promise.all(Array.from({ length: 200 }, (_, n) => file.append([{ n }])))
    await file.close()
    assert.deepEqual(
      (await readLines(path))?.lines,
      Array.from({ length: 201 }, (_, n) => ({ n: n - 1 })),
    )
  })

  test('never writes over a file of something else, or the journal of another folder', async () => {
    const other = fresh()
    await writeFile(other, 'root:x:0:0\n')
    await assert.rejects(open(other), { code: 'not_a_journal' })
    assert.equal(await readFile(other, 'utf8'), 'root:x:0:0\n')
    const path = fresh()
    await open(path)
    await assert.rejects(openJournal({ path, folder: '/elsewhere', sinceMs: 0 }), /is the journal of/)
    await assert.rejects(readJournal(path, '/elsewhere'), { code: 'not_a_journal' })
  })

  test('one line for each file after tidying; what is gone for a month is forgotten, what is there is not', async () => {
    const path = fresh()
    const { journal } = await open(path)
    const long = { at: '2020-01-01T00:00:00.000Z' }
    await writeFile(join(dir, 'there.wav'), 'there')
    await utimes(join(dir, 'there.wav'), 1, 1)
    await journal.write(entry('there.wav', 'sent', long), entry('gone.wav', 'sent', long), entry('new.wav', 'sent'))
    for (let index = 0; index < 20; index++) await journal.write(entry('new.wav', 'sent'))
    const writing = journal.tidy()
    await Promise.all([writing, journal.write(entry('meanwhile.wav', 'sent'))])
    const { entries } = await readJournal(path, dir)
    assert.deepEqual([...entries.keys()].sort(), ['meanwhile.wav', 'new.wav', 'there.wav'])
    assert.ok((await readFile(path, 'utf8')).split('\n').length <= 6)
  })
})
