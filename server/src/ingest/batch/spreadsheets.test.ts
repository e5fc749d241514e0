import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expanded, refusalOf } from '../../../test/batch-archive.ts'
import { toneWav } from '../../../test/ingest-client.ts'

const wav = toneWav(300)

test('a table that Excel saved as Unicode text is the table, whatever it is called', async () => {
  const text = 'filename\tagent_name\r\na.wav\tChané Müller\r\n\t\r\n'
  const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
  const { items, warnings } = await expanded({ 'Metadata.TXT': bytes, 'a.wav': wav })
  assert.deepEqual(
    items.map(({ fields }) => fields),
    [{ agent_name: 'Chané Müller' }],
  )
  assert.deepEqual(warnings, [])
})

test('a workbook is not passed over without a word, and fails the load when it is the table', async () => {
  const failure = await refusalOf(() => expanded({ 'metadata.xlsx': 'x', 'a.wav': wav }))
  assert.match(failure, /^unsupported_file: metadata.xlsx is a workbook.*Save its sheet as "CSV UTF-8"/)
  const { items, warnings, findings } = await expanded({ 'x/list.ods': 'x', 'a.wav': wav })
  assert.equal(items.length, 1)
  assert.deepEqual(findings.ignored_files, ['x/list.ods'])
  assert.match(warnings.join(), /list.ods is a workbook, which is not read/)
})

test('tables of more cells than can be kept are refused', async () => {
  const files = { 'metadata.csv': `filename,a,b\n${'a.wav,1,2\n'.repeat(4)}`, 'a.wav': wav }
  assert.equal((await expanded(files, { cellsMax: 8 })).items.length, 4)
  assert.match(await refusalOf(() => expanded(files, { cellsMax: 7 })), /^tables_too_large: .*more than 7 cells/)
})

test('JSON that is neither chats nor rows: the warning says what it has, and what chats have', async () => {
  const turns = { id: 1, turns: [{ role: 'user', text: 'Hi' }], summaries: [{ text: 'x' }] }
  const { warnings, findings } = await expanded({
    'turns.ndjson': `${JSON.stringify(turns)}\n${JSON.stringify(turns)}`,
    'a.wav': wav,
    'other.json': '{"agent": "A"}',
  })
  assert.match(
    warnings.join('\n'),
    /turns.ndjson holds neither chats .*"messages".* Its entries have id, turns, summaries/,
  )
  assert.match(warnings.join('\n'), /other.json was not used/)
  assert.deepEqual(findings.ignored_files, ['turns.ndjson', 'other.json'])
})
