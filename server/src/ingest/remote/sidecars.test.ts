import assert from 'node:assert/strict'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { RemoteFolder } from '../../platform/remote/folder.ts'
import { localFolder } from '../../platform/remote/local.ts'
import { mergeFields, readMetadataTable, readSidecar, sidecarBytesMax, sidecarPaths } from './sidecars.ts'

describe('metadata beside recordings', () => {
  const { signal } = new AbortController()
  let root = ''
  let remote: RemoteFolder
  const put = (name: string, content: string | Buffer) => writeFile(join(root, name), content)
  const read = async (name: string, content: string | Buffer) => {
    await put(name, content)
    return (await readSidecar(remote, name, signal)).fields
  }

  before(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'indaba-sidecars-')))
    remote = localFolder({ root, path: '' })
  })
  after(() => rm(root, { recursive: true, force: true }))

  test('JSON, CSV and TSV, in the encodings and under the names that recorders use', async () => {
    assert.deepEqual(await read('a.json', '{"CallDate": "2024-01-02", "agent": {"id": 7}, "Metadata": 1, "x": [1]}'), {
      date_of_call: '2024-01-02',
      agent: { id: 7 },
      Metadata: 1,
      x: [1],
    })
    assert.deepEqual(await read('b.json', Buffer.from('\ufeff[{"metadata": {"team": "Sales"}}]', 'utf16le')), {
      team: 'Sales',
    })
    assert.deepEqual(await read('c.csv', Buffer.from('Agent Name;Team\nZo\xeb;Sales', 'latin1')), {
      agent_name: 'Zoë',
      team: 'Sales',
    })
    assert.deepEqual(await read('d.tsv', 'src\tdst\n0821\t0822\n'), { caller_number: '0821', called_number: '0822' })
  })

  test('what cannot be read says which file and why', async () => {
    for (const [name, content] of [
      ['a.json', '{"a": '],
      ['b.json', '"words"'],
      ['c.json', '[{}, {}]'],
      ['d.csv', ''],
      ['e.csv', 'agent,team\n'],
      ['f.json', '['.repeat(100_000)],
      ['g.json', `{"a": "${'x'.repeat(sidecarBytesMax)}"}`],
      ['h.csv', 'agent\n"open'],
    ] as const) {
      await put(name, content)
      await assert.rejects(readSidecar(remote, name, signal), (err: Error) => err.message.includes(name), name)
    }
  })

  test('a table for all recordings of a folder: by their names, with or without extension, whatever the case', async () => {
    await put(
      'metadata.csv',
      'filename,agent_name,direction\nOne.WAV,Anna,in\nC:\\calls\\two,Ben,\nthree.wav,Cleo,up\n',
    )
    const find = await readMetadataTable(remote, 'metadata.csv', signal)
    assert.deepEqual(find('sub/one.wav')?.fields, { agent_name: 'Anna', direction: 'in' })
    assert.deepEqual(find('two.wav')?.fields, { agent_name: 'Ben' })
    assert.equal(find('three.wav')?.failure?.code, 'invalid_direction')
    assert.equal(find('four.wav'), null)
    await put('other.csv', 'team,agent\nSales,Anna\n')
    await assert.rejects(readMetadataTable(remote, 'other.csv', signal), /no column that names recordings/)
  })

  test('which lies beside which, and which counts', () => {
    assert.deepEqual(sidecarPaths('x/call.wav').slice(0, 2), ['x/call.wav.json', 'x/call.wav.JSON'])
    assert.ok(sidecarPaths('x/call.wav').includes('x/call.csv'))
    assert.deepEqual(
      mergeFields({ agent: 'x7', team: 'A', contact: '1' }, { agent_email: 'a@example.com', team: 'B' }),
      {
        contact: '1',
        agent_email: 'a@example.com',
        team: 'B',
      },
    )
  })
})
