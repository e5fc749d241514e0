import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { clearAway } from './afterwards.ts'
import { candidates } from './candidates.ts'
import { listFolder, lookAt, wantedNames } from './folder.ts'

describe('the folder that is watched', () => {
  let root = ''
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'indaba-folder-'))
  })
  after(() => rm(root, { recursive: true, force: true }))

  const list = async (depthMax: number, troubles: string[] = []) => {
    const paths: string[] = []
    const listing = { root, depthMax, wanted: wantedNames(['*.wav']), onTrouble: (path: string) => troubles.push(path) }
    for await (const { path } of listFolder(listing)) paths.push(path)
    return paths.sort()
  }

  test('names that are wanted, in any case, and those of files that are still being written', () => {
    const wanted = wantedNames(['*.wav', 'in/**/*.MP3'])
    for (const path of ['a.wav', 'A.WAV', 'x/y/a.Wav', 'in/b.mp3', 'in/x/b.MP3', 'a[1].wav', 'Zoë 😀.wav'])
      assert.ok(wanted(path), path)
    const unwanted = [
      'a.mp3',
      'a.wav.part',
      '.a.wav',
      '~a.wav',
      'a.wav~',
      'a.tmp',
      '.hidden/a.wav',
      'a.wav.filepart',
      'wav',
    ]
    for (const path of unwanted) assert.ok(!wanted(path), path)
  })

  test('files of the folder and so many levels below; links, empty folders and other files are none of its business', async () => {
    await mkdir(join(root, 'one/two'), { recursive: true })
    await mkdir(join(root, '.indaba-watch'))
    for (const path of ['a.wav', 'one/b.wav', 'one/two/c.wav', 'one/notes.txt', '.indaba-watch/d.wav'])
      await writeFile(join(root, path), path)
    await symlink('/etc', join(root, 'link'))
    await symlink('/etc/passwd', join(root, 'link.wav'))
    assert.deepEqual(await list(0), ['a.wav'])
    assert.deepEqual(await list(1), ['a.wav', 'one/b.wav'])
    assert.deepEqual(await list(9), ['a.wav', 'one/b.wav', 'one/two/c.wav'])
    assert.equal(await lookAt(root, 'link.wav'), null)
    assert.equal(await lookAt(root, 'none.wav'), null)
  })

  test('a name that is not UTF-8 is told, the others are listed', async (t) => {
    const name = Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9]), Buffer.from('.wav')])
    try {
      await writeFile(name, 'x')
    } catch (err) {
      return t.skip(`this file system has no such names: ${(err as Error).message}`)
    }
    const troubles: string[] = []
    assert.ok((await list(0, troubles)).includes('a.wav'))
    assert.deepEqual(troubles, ['caf\ufffd.wav'])
    await rm(name as unknown as string)
  })

  test('a file is taken when it was steady for long enough, and starts anew when it changes', () => {
    let at = 0
    const waiting = candidates(1000, () => at)
    const a = { path: 'a', sizeBytes: 1, modifiedMs: 1 }
    waiting.see(a)
    at = 999
    assert.equal(waiting.take(), null)
    waiting.see({ ...a, sizeBytes: 2 })
    at = 1998
    waiting.see({ ...a, sizeBytes: 2 })
    assert.equal(waiting.take(), null)
    at = 1999
    assert.equal(waiting.take()?.sizeBytes, 2)
    assert.equal(waiting.take(), null, 'it is under way')
    waiting.putBack('a', 500, true)
    at = 2400
    assert.equal(waiting.take(), null)
    at = 2499
    assert.equal(waiting.take()?.tries, 1)
    assert.deepEqual([waiting.size, waiting.underWay, waiting.oldestAgeMs()], [1, 1, 2499])
    waiting.drop('a')
    assert.deepEqual([waiting.size, waiting.underWay, waiting.oldestAgeMs()], [0, 0, 0])
  })

  test('afterwards: moved with what belongs to it, never over another; left when it has changed since', async () => {
    const to = join(root, '.sent')
    const away = { kind: 'move', folder: to } as const
    const put = async (text: string) => {
      await writeFile(join(root, 'one/call.wav'), text)
      await writeFile(join(root, 'one/call.json'), '{}')
      const found = await lookAt(root, 'one/call.wav')
      assert.ok(found)
      return found
    }
    await clearAway(root, await put('first'), ['one/call.json'], away)
    await clearAway(root, await put('second'), ['one/call.json'], away)
    const there = await Promise.all(
      ['call.wav', 'call-1.wav', 'call.json', 'call-1.json'].map((name) => lookAt(to, `one/${name}`)),
    )
    assert.deepEqual(
      there.map((one) => one?.sizeBytes),
      [5, 6, 2, 2],
    )
    assert.equal(await lookAt(root, 'one/call.wav'), null)
    const found = await put('third')
    await writeFile(join(root, 'one/call.wav'), 'and a fourth one')
    assert.equal(await clearAway(root, found, [], { kind: 'delete' }), null)
    assert.ok(await lookAt(root, 'one/call.wav'))
    assert.equal(await clearAway(root, await put('fifth'), ['one/call.json'], { kind: 'delete' }), 'deleted')
    assert.equal(await lookAt(root, 'one/call.json'), null)
  })
})
