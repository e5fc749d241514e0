import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { output } from './lines.ts'
import { type Options, readOptions } from './options.ts'
import { besides, particularsOf } from './particulars.ts'

const env = { INDABA_API_KEY: 'ind_live_x', HOME: '/home/somebody' }
const read = (...args: string[]) => readOptions(args, env, '/here') as Options
const least = ['calls', '--url', 'https://calls.example/v1/']

describe('options of a watcher', () => {
  test('a folder, an address and a key will do', () => {
    const options = read(...least)
    assert.equal(options.folder, '/here/calls')
    assert.equal(options.url, 'https://calls.example')
    assert.equal(options.key(), 'ind_live_x')
    assert.match(options.name, /\/here\/calls$/)
    assert.match(options.journal, /^\/home\/somebody\/\.local\/state\/indaba-watch\/calls-[0-9a-f]{8}\.journal$/)
    assert.deepEqual([options.settleMs, options.sweepMs, options.concurrency, options.sinceMs], [10_000, 60_000, 2, 0])
    assert.deepEqual(options.afterwards, { kind: 'leave' })
    assert.ok(options.include.includes('*.wav') && options.include.includes('*.opus'))
  })

  test('the journal is kept by the service, the user, or the folder itself', () => {
    const at = (more: object) => (readOptions(least, { INDABA_API_KEY: 'k', ...more }, '/here') as Options).journal
    assert.match(
      at({ STATE_DIRECTORY: '/var/lib/indaba-watch:/other', HOME: '/root' }),
      /^\/var\/lib\/indaba-watch\/calls-/,
    )
    assert.match(at({ XDG_STATE_HOME: '/state' }), /^\/state\/indaba-watch\/calls-/)
    assert.match(at({}), /^\/here\/calls\/\.indaba-watch\/calls-/)
    assert.notEqual(
      at({ HOME: '/h' }),
      (readOptions(['calls', ...least.slice(1)], { ...env, HOME: '/h' }, '/there') as Options).journal,
    )
  })

  test('a key that is renewed in its file is used from then on', () => {
    const dir = mkdtempSync(join(tmpdir(), 'indaba-key-'))
    const path = join(dir, 'key')
    writeFileSync(path, '\ufeffold\r\n')
    const { key } = readOptions([...least, '--key-file', path], {}, dir) as Options
    assert.equal(key(), 'old')
    writeFileSync(path, 'new\n')
    assert.equal(key(), 'new')
    writeFileSync(path, '')
    assert.equal(key(), 'new', 'while it is being written')
    rmSync(dir, { recursive: true })
    assert.equal(key(), 'new')
  })

  test('where sent files are moved to is not watched', () => {
    assert.deepEqual(read(...least, '--after', 'move:calls/sent').except, ['sent'])
    assert.deepEqual(read(...least, '--after', 'move:elsewhere').except, [])
    assert.equal(read(...least, '--since', '2026-01-31').sinceMs > 0, true)
    assert.ok(Math.abs(read(...least, '--since', 'now').sinceMs - Date.now()) < 5000)
  })

  test('what cannot be meant is refused in a line that says how to mend it, and shows no key', () => {
    const wrong: [string[], RegExp][] = [
      [[], /Which folder/],
      [['a', 'b', '--url', 'https://x.example'], /What does b mean/],
      [['a'], /Where is the server/],
      [['a', '--url', 'calls.example'], /must be the address/],
      [['a', '--url', 'https://u:p@calls.example'], /must be the address/],
      [['a', '--url', 'ftp://calls.example'], /must be the address/],
      [[...least, '--wat'], /--wat/],
      [[...least, '--depth', '-1'], /depth/],
      [[...least, '--concurrency', '0'], /1 to 16/],
      [[...least, '--settle-seconds', 'ten'], /settle-seconds/],
      [[...least, '--after', 'burn'], /leave, delete or move/],
      [[...least, '--after', 'move:calls'], /another folder/],
      [[...least, '--since', 'Tuesday'], /--since/],
      [[...least, '--metadata', '[1]'], /JSON object/],
      [[...least, '--marker', 'a/b'], /--marker/],
      [[...least, '--include', ' , '], /--include/],
      [[...least, '--key', 'with space'], /no key has/],
    ]
    for (const [args, why] of wrong) {
      assert.throws(() => readOptions(args, env, '/here'), { name: 'Problem', message: why }, args.join(' '))
    }
    assert.throws(() => readOptions(least, {}, '/here'), /INDABA_API_KEY/)
    assert.throws(() => readOptions([...least, '--key-file', '/none'], {}, '/here'), /no key in/)
    assert.equal(readOptions(['--help'], {}, '/'), 'help')
  })
})

describe('what is said about a recording', () => {
  const found = { path: 'x/anna.wav', sizeBytes: 1, modifiedMs: Date.UTC(2026, 0, 2) }
  const readName = () => ({ fields: { agent: 'anna', team: 'by name' }, warnings: [] })

  test('of all, by its name, beside it: each counts more than the one before; its time stands for a date', () => {
    const ofAll = { team: 'of all', department: 'd' }
    const said = (more: object) => particularsOf({ found, ofAll, readName: null, sidecar: null, ...more }).fields
    assert.deepEqual(said({}), { ...ofAll, date_of_call: '2026-01-02T00:00:00.000Z' })
    assert.deepEqual(said({ readName, sidecar: '\ufeff{"team":"beside","Call_Date":"x"}' }), {
      agent: 'anna',
      team: 'beside',
      department: 'd',
      Call_Date: 'x',
    })
    assert.match(particularsOf({ found, ofAll, readName: () => null, sidecar: null }).warnings.join(), /does not match/)
    for (const sidecar of ['', '[]', 'null', '{"a":', '"x"'])
      assert.throws(() => said({ sidecar }), { kind: 'refused', code: 'invalid_sidecar' })
    assert.deepEqual(besides('x/a.b.wav', '.done').slice(0, 2), ['x/a.b.wav.done', 'x/a.b.done'])
  })

  test('lines for a journal: one each, whatever a file is called', () => {
    let text = ''
    const to = new Writable({
      write(chunk, _, done) {
        text += chunk
        done()
      },
    })
    output(to, { isJson: false }).tell('refused', { path: 'a\n\u001b[2Jb\u202e.wav', reason: 'No.' })
    assert.equal(text.split('\n').length, 2)
    assert.ok(!/[\u001b\u202e]/.test(text))
    text = ''
    output(to, { isJson: true }).tell('sent', { path: 'a\nb', bytes: 3e6, seconds: 1 })
    assert.equal(JSON.parse(text).path, 'a\nb')
    assert.match(JSON.parse(text).text, /2\.9 MiB/)
  })
})
