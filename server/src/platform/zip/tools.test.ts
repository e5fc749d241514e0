// Archives as the programs that people have make them. A program that is not here is skipped, and said to be.

import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import { inMemory } from '../../../test/hostile-archives/in-memory.ts'
import { Problem } from '../problem.ts'
import { defaultArchiveLimits, openArchive } from './archive.ts'

const signal = new AbortController().signal
const run = promisify(execFile)

const files: Record<string, Buffer> = {
  'metadata.csv': Buffer.from('filename,agent_name\r\ncall 1.wav,Thandi\r\n'.repeat(200)),
  'calls/call 1.wav': Buffer.from(Array.from({ length: 400_000 }, (_, at) => (at * at * 31 + at) >>> 5)),
  'calls/José Müller.wav': Buffer.from('RIFF'),
  'calls/empty.wav': Buffer.alloc(0),
}

const has = (program: string, ...args: string[]): boolean => {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const zip = has('zip', '--version') || 'Info-ZIP zip is not here'
const sevenZip = has('7z') || '7z is not here'
const python = has('python3', '--version') || 'Python is not here'
const java = has('jar', '--version') || 'jar is not here'

let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tools-'))
  await mkdir(join(folder, 'files', 'calls'), { recursive: true })
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, 'files', name), content)
})
after(() => rm(folder, { recursive: true }))

/** Runs a shell line in the folder of files, in which `$OUT` is the archive. */
async function archiveBy(line: string): Promise<Buffer> {
  const path = join(folder, `${crypto.randomUUID()}.zip`)
  await run('sh', ['-c', line], { cwd: join(folder, 'files'), env: { ...process.env, OUT: path, LC_ALL: 'C.UTF-8' } })
  return readFile(path)
}

async function contentsOf(bytes: Buffer): Promise<Record<string, Buffer>> {
  const archive = await openArchive(inMemory(bytes), defaultArchiveLimits, signal)
  const contents: Record<string, Buffer> = {}
  for (const entry of archive.entries) contents[entry.name] = await buffer(await archive.open(entry, signal))
  return contents
}

const python3 = (body: string) => `python3 -c '
import zipfile, os, sys
def add(z):
    for root, _, names in os.walk("."):
        for name in names:
            path = os.path.relpath(os.path.join(root, name))
            ${body}
z = zipfile.ZipFile(os.environ["OUT"], "w", zipfile.ZIP_DEFLATED)
add(z)
z.close()
'`
const streamed = `python3 -c '
import zipfile, os, sys
class Pipe:
    def __init__(self, f): self.f = f
    def write(self, b): return self.f.write(b)
    def flush(self): self.f.flush()
z = zipfile.ZipFile(Pipe(open(os.environ["OUT"], "wb")), "w", zipfile.ZIP_DEFLATED)
for root, _, names in os.walk("."):
    for name in names: z.write(os.path.relpath(os.path.join(root, name)))
z.close()
'`

const lines: { what: string; line: string; here: true | string }[] = [
  { what: 'zip', line: 'zip -r "$OUT" .', here: zip },
  { what: 'zip, best compression', line: 'zip -9 -r "$OUT" .', here: zip },
  { what: 'zip, stored', line: 'zip -0 -r "$OUT" .', here: zip },
  { what: 'zip -fd, with descriptors', line: 'zip -fd -r "$OUT" .', here: zip },
  { what: 'zip -fz, with ZIP64', line: 'zip -fz -r "$OUT" .', here: zip },
  { what: 'zip -fz- -fd', line: 'zip -fz- -fd -r "$OUT" .', here: zip },
  { what: 'zip into a pipe', line: 'zip -r - . | cat > "$OUT"', here: zip },
  { what: 'zip without folders and attributes', line: 'zip -D -X -r "$OUT" .', here: zip },
  { what: 'zip with a comment', line: 'echo calls of May | zip -z -r "$OUT" .', here: zip },
  {
    what: 'zip, a file deleted and one updated',
    line: 'echo x > x.wav; zip -r "$OUT" . && zip -d "$OUT" x.wav && zip -u "$OUT" metadata.csv || true; rm x.wav',
    here: zip,
  },
  { what: '7z', line: '7z a -tzip "$OUT" .', here: sevenZip },
  { what: '7z, stored', line: '7z a -tzip -mx=0 "$OUT" .', here: sevenZip },
  { what: '7z, names in UTF-8', line: '7z a -tzip -mcu=on "$OUT" .', here: sevenZip },
  { what: 'Python', line: python3('z.write(path)'), here: python },
  {
    what: 'Python with ZIP64',
    line: python3('z.open(path, "w", force_zip64=True).write(open(path, "rb").read())')
      .replace('z.open', 'w = z.open')
      .replace(').write(open', '); w.write(open')
      .replace('.read())', '.read()); w.close()'),
    here: python,
  },
  { what: 'Python into a pipe', line: streamed, here: python },
  { what: 'jar', line: 'jar cfM "$OUT" .', here: java },
  { what: 'jar, stored', line: 'jar cfM0 "$OUT" .', here: java },
]

suite('archives by real programs', () => {
  for (const { what, line, here } of lines)
    test(what, { skip: here === true ? false : here }, async () => {
      const contents = await contentsOf(await archiveBy(line))
      assert.deepEqual(Object.keys(contents).sort(), Object.keys(files).sort())
      for (const [name, content] of Object.entries(files)) assert.ok(contents[name]?.equals(content), name)
    })

  test('zip from its own input', { skip: zip === true ? false : zip }, async () => {
    const contents = await contentsOf(await archiveBy('cat metadata.csv | zip - - | cat > "$OUT"'))
    assert.deepEqual(Object.values(contents), [files['metadata.csv']])
  })
})

suite('what real programs make and is not taken', () => {
  const entryCodes = async (line: string) => {
    const { entries } = await openArchive(inMemory(await archiveBy(line)), defaultArchiveLimits, signal)
    return [...new Set(entries.filter(({ sizeBytes }) => sizeBytes > 0).map(({ refusal }) => refusal?.code ?? 'ok'))]
  }
  const wholeCode = async (line: string) => {
    const bytes = await archiveBy(line)
    return openArchive(inMemory(bytes), defaultArchiveLimits, signal).then(
      () => 'ok',
      (error) => (error instanceof Problem ? error.code : error),
    )
  }
  const skipZip = { skip: zip === true ? false : zip }
  const skip7z = { skip: sevenZip === true ? false : sevenZip }

  test('encrypted by zip', skipZip, async () =>
    assert.deepEqual(await entryCodes('zip -P secret -r "$OUT" .'), ['zip_entry_encrypted']),
  )
  test('encrypted by 7z', skip7z, async () =>
    assert.deepEqual(await entryCodes('7z a -tzip -psecret -mem=AES256 "$OUT" .'), ['zip_entry_encrypted']),
  )
  test('links by zip', skipZip, async () =>
    assert.deepEqual(await entryCodes('ln -sf /etc/passwd link.wav; zip -y "$OUT" link.wav; rm link.wav'), [
      'zip_entry_type',
    ]),
  )
  test('a split archive by zip', skipZip, async () =>
    assert.match(await wholeCode('zip -0 -s 64k -r "$OUT" . > /dev/null'), /^zip_multi_disk$/),
  )
  test('a self-extracting archive', skipZip, async () =>
    assert.equal(await wholeCode('zip -r x.zip . && cat /bin/true x.zip > "$OUT" && rm x.zip'), 'zip_bytes_before'),
  )
  test('a self-extracting archive, mended by zip', skipZip, async () =>
    assert.equal(
      await wholeCode('zip -r x.zip . && cat /bin/true x.zip > "$OUT" && rm x.zip && zip -A "$OUT"'),
      'zip_bytes_before',
    ),
  )
  test('a 7z archive', skip7z, async () =>
    assert.equal(await wholeCode('7z a -t7z x.7z . && mv x.7z "$OUT"'), 'not_a_zip'),
  )
  for (const [method, id] of Object.entries({ Deflate64: 9, BZip2: 12, LZMA: 14 }))
    test(`${method} by 7z`, skip7z, async () => {
      const bytes = await archiveBy(`7z a -tzip -mm=${method} "$OUT" .`)
      const { entries } = await openArchive(inMemory(bytes), defaultArchiveLimits, signal)
      const refusals = entries.map(({ refusal }) => refusal?.reason ?? '').filter((reason) => reason !== '')
      assert.ok(refusals.length > 0)
      for (const reason of refusals) assert.ok(reason.startsWith(`Unknown compression method: ${id}`), reason)
    })

  test('leaves the folder as it was', async () =>
    assert.deepEqual((await readdir(join(folder, 'files'))).sort(), ['calls', 'metadata.csv']))
})
