import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expanded, refusalOf, zipOf } from '../../../test/batch-archive.ts'
import type { NewItem } from '../jobs/shapes.ts'

const brief = (items: NewItem[]) =>
  items.map(({ name, kind, failure, fields }) => [name, failure?.code ?? kind, fields.agent_name ?? null])

test('an archive with metadata.csv, as the hosted service takes it', async () => {
  const { items, findings, warnings, said } = await expanded({
    'metadata.csv': `filename,agent_name,team,department,direction,tags
one.wav,Jane Doe,Sales,Retail,inbound,vip;renewal
two.mp3,John Roe,Sales,Retail,,
`,
    'one.wav': 'x',
    'two.mp3': 'yy',
  })
  assert.deepEqual(items[0], {
    name: 'one.wav',
    kind: 'recording',
    locator: { entry: 1 },
    fields: { agent_name: 'Jane Doe', team: 'Sales', department: 'Retail', direction: 'inbound', tags: 'vip;renewal' },
    size_bytes: 1,
    warnings: [],
    failure: null,
  })
  assert.deepEqual(brief(items), [
    ['one.wav', 'recording', 'Jane Doe'],
    ['two.mp3', 'recording', 'John Roe'],
  ])
  assert.deepEqual([findings, warnings], [{}, []])
  assert.deepEqual(said[0], { agent: { name: 'Jane Doe' }, team: 'Sales', department: 'Retail' })
})

test('rows find their files in their folder first, then anywhere, in any case, with the extension or without', async () => {
  const { items } = await expanded({
    'Batch/METADATA.TSV':
      'File Name\tAgent\nA.WAV\tin folder\nsub\\b.mp3\tby path\nC\tby stem\nd.wav\telsewhere\n./e.wav\tdot\n',
    'Batch/a.wav': '',
    'Other/a.wav': '',
    'Batch/Sub/B.MP3': '',
    'Batch/c.Opus': '',
    'Other/D.WAV': '',
    'Batch/E.wav': '',
  })
  const agents = Object.fromEntries(items.map(({ name, fields }) => [name, fields.agent_name]))
  assert.deepEqual(agents, {
    'Batch/a.wav': 'in folder',
    'Other/a.wav': undefined,
    'Batch/Sub/B.MP3': 'by path',
    'Batch/c.Opus': 'by stem',
    'Other/D.WAV': 'elsewhere',
    'Batch/E.wav': 'dot',
  })
})

test('accents are one letter or two', async () => {
  const { items } = await expanded({ 'metadata.csv': 'filename,agent_name\nZoe\u0308.wav,Z\n', 'ZO\u00cb.WAV': '' })
  assert.deepEqual(brief(items), [['ZO\u00cb.WAV', 'recording', 'Z']])
})

test('what has no counterpart is told, by row and by file', async () => {
  const { items, findings, warnings } = await expanded({
    'metadata.csv': 'filename,agent_name\nthere.wav,A\ngone.wav,B\ntwice.wav,C\nthere.wav,D\n,E\n',
    'there.wav': '',
    'x/twice.wav': '',
    'y/twice.wav': '',
    'alone.wav': '',
  })
  assert.deepEqual(brief(items), [
    ['there.wav', 'recording', 'A'],
    ['x/twice.wav', 'recording', null],
    ['y/twice.wav', 'recording', null],
    ['alone.wav', 'recording', null],
    ['gone.wav', 'no_file', 'B'],
    ['twice.wav', 'ambiguous_file', 'C'],
    ['there.wav', 'row_repeated', 'D'],
    ['metadata.csv line 6', 'no_file', 'E'],
  ])
  const [, , , , gone, twice, again] = items
  assert.equal(gone?.failure?.reason, 'metadata.csv line 3: there is no file gone.wav in the archive.')
  assert.match(String(twice?.failure?.reason), /line 4: several files are called twice.wav: x\/twice.wav, y\/twice.wav/)
  assert.match(String(again?.failure?.reason), /line 5: there.wav was named before, by metadata.csv line 2/)
  assert.deepEqual(findings.rows_without_file, ['metadata.csv line 3: gone.wav', 'metadata.csv line 6: names none'])
  assert.deepEqual(findings.files_without_row, ['x/twice.wav', 'y/twice.wav', 'alone.wav'])
  assert.deepEqual(warnings, [
    'Mismatch between .wav/.mp3 files and CSV entries: 2 rows name no file that is there, 3 files have no row.',
  ])
})

test('without a table recordings are taken in as they are, and what systems leave behind is passed over', async () => {
  const { items, findings, warnings } = await expanded({
    'calls/A.WAV': '',
    '__MACOSX/calls/._A.WAV': '',
    'calls/.DS_Store': '',
    'Thumbs.db': '',
    'notes.docx': '',
    'README.txt': '',
    'list.csv': 'colour,size\nred,1\n',
  })
  assert.deepEqual(brief(items), [['calls/A.WAV', 'recording', null]])
  assert.deepEqual(findings, { ignored_files: ['notes.docx', 'README.txt', 'list.csv'] })
  assert.match(
    String(warnings),
    /^list.csv has neither a column that names recordings .* Its columns are colour, size.$/,
  )
})

test('metadata as JSON: rows, by file, and beside each recording', async () => {
  const rows = await expanded({ 'metadata.json': '[{"filename": "a", "agentName": "A", "vip": true}]', 'a.ogg': '' })
  assert.deepEqual(rows.items[0]?.fields, { agent_name: 'A', vip: true })
  const byFile = await expanded({
    'metadata.json': '{"a.ogg": {"agent_name": "A"}, "b.ogg": {}}',
    'a.ogg': '',
    'b.ogg': '',
  })
  assert.deepEqual(brief(byFile.items), [
    ['a.ogg', 'recording', 'A'],
    ['b.ogg', 'recording', null],
  ])
  const beside = await expanded({ 'x/a.ogg': '', 'x/A.json': '{"agent": "a@b.c", "queue": 7}', 'y/a.json': '{"q": 1}' })
  assert.deepEqual(beside.items[0]?.fields, { agent_email: 'a@b.c', queue: 7 })
  const legs = '{"agent": "a@b.c", "legs": [{"from": "1", "to": "2", "start": 0}]}'
  const withLegs = await expanded({ 'x/a.ogg': '', 'x/a.json': legs })
  assert.equal(withLegs.items[0]?.fields.agent_email, 'a@b.c')
  assert.deepEqual(beside.findings, { ignored_files: ['y/a.json'] })
})

test('a metadata table that cannot serve fails the whole, with the file and the line', async () => {
  const fails = (table: string | Uint8Array, name = 'metadata.csv') =>
    refusalOf(() => expanded({ [name]: table, 'a.wav': '' }))
  assert.match(
    await fails('agent_name,team\nA,B\n'),
    /^no_filename_column: CSV file does not contain 'filename' header\. metadata.csv has the columns agent_name, team\./,
  )
  assert.match(await fails('one.wav,Jane,Sales\n'), /CSV file does not contain 'filename' header/)
  assert.match(await fails('filename,agent\na.wav,"A\n'), /^invalid_table: metadata.csv line 2: a quote is opened/)
  assert.match(await fails(`filename\n${'x'.repeat(2 ** 20 + 5)}`), /^row_too_long: metadata.csv line 2/)
  assert.match(await fails(`filename${',c'.repeat(10_000)}`), /^too_many_columns/)
  assert.match(await fails('[{"filename": 1', 'metadata.json'), /^invalid_json: metadata.json line 1/)
  assert.match(await fails(''), /^invalid_table: metadata.csv is empty/)
  assert.match(await refusalOf(() => expanded({ 'a.txt': '' })), /^nothing_to_take_in: .* It holds a.txt\.$/)
  assert.match(await refusalOf(() => expanded({ 'a.wav': '', 'b.wav': '' }, { itemsMax: 1 })), /^too_many_items/)
})

test('a list of errors that was mended can be sent again', async () => {
  const { items } = await expanded({
    'metadata.csv':
      '\ufefferror_position,error_code,error_reason,error_advice,filename,agent_name\r\n3,no_file,x,y,a.wav,A\r\n',
    'a.wav': '',
  })
  assert.deepEqual(items[0]?.fields, { agent_name: 'A' })
})

test('an unknown direction fails its row alone', async () => {
  const { items } = await expanded({
    'metadata.csv': 'filename,direction\na.wav,Sideways\nb.wav,OUT\nc.wav,\n',
    'a.wav': '',
    'b.wav': '',
    'c.wav': '',
  })
  assert.deepEqual(
    items.map(({ failure }) => failure?.code),
    ['invalid_direction', undefined, undefined],
  )
  assert.match(String(items[0]?.failure?.reason), /^Invalid direction value in CSV: metadata.csv line 2 has "Sideways"/)
})

test('other archives and single files are refused with what to do', async () => {
  const sent = (bytes: Buffer, name = 'x.zip') => refusalOf(() => expanded({ name, bytes }))
  assert.match(await sent(Buffer.from('Rar!\x1a\x07\x01\0')), /^unsupported_archive: .*RAR.*ZIP/)
  assert.match(await sent(Buffer.from("7z\xbc\xaf'\x1c\0\x04", 'latin1')), /^unsupported_archive: .*7z/)
  assert.match(await sent(Buffer.from('\x1f\x8b\x08\0', 'latin1')), /^unsupported_archive: .*gzip/)
  assert.match(await sent(Buffer.alloc(0)), /^empty_file/)
  const workbook = await zipOf({ 'xl/workbook.xml': '<x/>', '[Content_Types].xml': '<x/>' })
  assert.match(await sent(workbook, 'calls.xlsx'), /^unsupported_file: .*Excel workbook.*CSV UTF-8/)
})
