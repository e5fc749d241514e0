import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { expanded, refusalOf } from '../../../test/batch-archive.ts'
import { sharedData, skipWithout } from '../../../test/shared-data.ts'
import { writeCsv } from '../../platform/csv.ts'
import { Problem } from '../../platform/problem.ts'
import { readCallMetadata } from '../call-metadata.ts'
import { readTextFile } from './text-files.ts'

const table = async (text: string | Uint8Array, more: Record<string, string> = {}) =>
  expanded({ 'metadata.csv': text, 'a.wav': '', ...more })
const fieldsOf = async (text: string | Uint8Array) => (await table(text)).items[0]?.fields
const alone = (name: string, text: string) => expanded({ name, bytes: Buffer.from(text) })

test('encodings: UTF-8 and UTF-16 with and without a mark, else Windows-1252 with a warning', async () => {
  const text = 'filename,agent_name\r\na.wav,Zoë Müller\r\n'
  const utf16 = Buffer.from(text, 'utf16le')
  const unmarked = [Buffer.from(text), utf16, Buffer.from(utf16).swap16()]
  const marked = [
    `\ufeff${text}`,
    Buffer.from(`\ufeff${text}`, 'utf16le'),
    Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  ]
  for (const bytes of [...unmarked, ...marked]) {
    const { items, warnings } = await table(bytes)
    assert.deepEqual([items[0]?.fields, warnings], [{ agent_name: 'Zoë Müller' }, []])
  }
  const list = Buffer.from('file_url,agent_name\nhttps://a.example/1.wav,Zoë\n', 'utf16le')
  assert.deepEqual((await expanded({ name: 'list.csv', bytes: list })).items[0]?.fields, { agent_name: 'Zoë' })
  const { items, warnings } = await table(Buffer.from(text, 'latin1'))
  assert.deepEqual(items[0]?.fields, { agent_name: 'Zoë Müller' })
  assert.match(String(warnings), /^metadata.csv is not UTF-8: it was read as Windows-1252/)
})

test('line ends, delimiters, blanks, capitals, trailing columns and rows', async () => {
  const expected = { agent_name: 'A B', tags: 'x;y', note: 'two\nlines' }
  for (const text of [
    'filename,agent_name,tags,note\na.wav,A B,x;y,"two\nlines"\n',
    'FileName;AGENT  NAME;Tags;note\ra.wav;A B;"x;y";"two\nlines"\r',
    '"filename"\t agent_name \ttags\tnote\t\t\r\na.wav\tA B\tx;y\t"two\nlines"\t\t\r\n\t\t\t\r\n\r\n',
    'sep=|\r\nfilename|agent-name|tags|note\r\na.wav|A B|x;y|"two\nlines"',
  ])
    assert.deepEqual(await fieldsOf(text), expected)
  const { items } = await table('filename,tags\na.wav,"vip, late ;  late"\n')
  assert.deepEqual(readCallMetadata(items[0]?.fields ?? {}, { timeZone: 'UTC', now: new Date() }).tags, ['vip', 'late'])
})

test('what Excel does to values is undone, or told', async () => {
  const { items } = await table(
    `filename,caller_number,called_number,contact,date_of_call,interaction_id,vip,note,agent_name
a.wav,"=""0821234567""",'0821234568,2.782E+10,45123.5,="00017",TRUE,FALSE,'t Hooft`,
  )
  const [item] = items
  assert.deepEqual(item?.fields, {
    caller_number: '0821234567',
    called_number: '0821234568',
    contact: '2.782E+10',
    date_of_call: '2023-07-16T12:00:00',
    interaction_id: '00017',
    vip: true,
    note: false,
    agent_name: "'t Hooft",
  })
  assert.match(String(item?.warnings[0]), /^metadata.csv line 2: contact is 2.782E\+10: a spreadsheet has rounded it/)
  assert.match(String(item?.warnings[1]), /date_of_call is 45123.5, .* read as 2023-07-16 12:00:00/)
  assert.equal((await fieldsOf('filename;Date;Time\na.wav;31/12/2025;14:05\n'))?.date_of_call, '31/12/2025 14:05')
  assert.equal((await fieldsOf('filename;Date;Time\na.wav;45123;0,5\n'))?.date_of_call, '2023-07-16 12:00:00')
})

test('names that would do harm are kept as names, and twins are both kept', async () => {
  const fields = await fieldsOf('filename,__proto__,constructor,note,note,caller,src\na.wav,x,y,1,2,111,222\n')
  assert.deepEqual(fields, { constructor: 'y', note: '1', 'note (2)': '2', caller_number: '111', src: '222' })
  assert.equal(Object.getPrototypeOf(fields), Object.prototype)
})

test('call lists name addresses; rows without one fail with their line', async () => {
  const { items } = await alone(
    'calls.csv',
    `calldate,clid,src,dst,duration,billsec,disposition,uniqueid,recording_url
2024-01-15 10:30:00,"""Ann"" <0821234567>",0821234567,100,65,60,ANSWERED,1705311000.12,https://pbx.example/rec/1.wav?sig=secret
2024-01-15 10:31:00,,0821234568,100,5,0,NO ANSWER,1705311060.13,
2024-01-15 10:32:00,,0821234569,100,5,5,ANSWERED,1705311120.14,/var/spool/monitor/q-100.wav
`,
  )
  assert.deepEqual(items[0], {
    name: '1.wav',
    kind: 'recording',
    locator: { url: 'https://pbx.example/rec/1.wav?sig=secret' },
    fields: {
      date_of_call: '2024-01-15 10:30:00',
      caller_number: '0821234567',
      src: '0821234567',
      called_number: '100',
      duration: '65',
      billsec: '60',
      disposition: 'ANSWERED',
      interaction_id: '1705311000.12',
    },
    size_bytes: null,
    warnings: [],
    failure: null,
  })
  assert.deepEqual(
    items.slice(1).map(({ name, failure }) => [name, failure?.code, failure?.reason.slice(0, 45)]),
    [
      ['calls.csv line 3', 'no_file', 'calls.csv line 3: the row names no recording.'.slice(0, 45)],
      ['/var/spool/monitor/q-100.wav', 'no_file', 'calls.csv line 4: a table alone brings no recordings.'.slice(0, 45)],
    ],
  )
})

test('records of a telephone system beside its recordings, by the id of the call', async () => {
  const { items, warnings } = await expanded({
    'cdr.csv':
      'start_stamp,caller_id_number,destination_number,uuid,agent\n2024-01-15 10:30,111,222,AB-1,Ann\n2024-01-15 11:30,111,222,AB-2,Ann\n',
    'other.csv': 'start_time,ani,dnis\n2024-01-15 10:30,1,2\n',
    'rec/ab-1.wav': '',
  })
  assert.deepEqual(
    items.map(({ name, fields, failure }) => [name, fields.agent_name, fields.called_number, failure?.code]),
    [
      ['rec/ab-1.wav', 'Ann', '222', undefined],
      ['cdr.csv line 3', 'Ann', '222', 'no_file'],
    ],
  )
  assert.match(String(warnings), /other.csv has no column that names recordings/)
})

const records = sharedData('data', 'call_records')

test('real call records without a header, or without recordings: it is said what they lack', {
  skip: skipWithout(records),
}, async () => {
  const sent = (name: string) => refusalOf(() => expanded({ name, bytes: readFileSync(`${records}/${name}`) }))
  for (const name of ['cdr_import_100.csv', 'cdr_import_full.csv'])
    assert.match(
      await sent(name),
      /^nothing_to_take_in: cdr_import_\w+.csv has no header: its first line \(\d+, \w+.*is a record\. Put a line above/,
    )
  assert.match(
    await sent('anonymous_bank_one_day_1999.csv'),
    /^nothing_to_take_in: .* has neither a column that names recordings .* vru\+line, call_id/,
  )
  assert.match(await sent('hangup_cause_codes.json'), /^nothing_to_take_in: .* holds neither chats/)
})

test('real call records with a header and addresses become calls', { skip: skipWithout(records) }, async () => {
  const lines = readFileSync(`${records}/cdr_import_100.csv`, 'utf8').trim().split('\n')
  const header =
    'caller_number, agent_name, called_number, duration, billsec, hangup_cause, uuid, start_epoch, file_url'
  const text = [header, ...lines.map((line, index) => `${line}, https://pbx.example/${index}.wav`)].join('\n')
  const { items, said } = await alone('cdr.csv', text)
  assert.equal(items.length, lines.length)
  assert.ok(items.every(({ failure, locator }) => failure === null && 'url' in locator))
  const { startedAt, externalId } = readCallMetadata(items[0]?.fields ?? {}, { timeZone: 'UTC', now: new Date(0) })
  assert.deepEqual(
    [startedAt.toISOString(), externalId],
    ['2012-05-04T03:24:02.000Z', '47bbf17a-95f4-11e1-84f9-00231470a30c'],
  )
  assert.equal(said.length, lines.length)
})

test('any bytes are something, nothing, or refused with a Problem', async () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc
      .constantFrom(
        ...[
          'filename,',
          'message;time;sender',
          '\n',
          '"',
          '[{',
          '"messages":[',
          ']',
          '}',
          ',',
          '=',
          '\0',
          '\xff',
          '45123',
        ],
      )
      .map((text) => new Uint8Array(Buffer.from(text, 'latin1'))),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 20 }),
      fc.constantFrom('a.csv', 'a.json', 'a.ndjson'),
      async (pieces, name) => {
        try {
          const { file } = await readTextFile(name, Buffer.concat(pieces))
          if (file.kind !== 'found') return
          if (file.table) for (const { cells } of file.table.rows()) assert.ok(Array.isArray(cells))
          for (let chat = 0; chat < (file.chats?.count ?? 0); chat++) file.chats?.at(chat)
        } catch (err) {
          if (!(err instanceof Problem)) throw err
        }
      },
    ),
    { numRuns: 2000 },
  )
})

test('what csv.ts writes is read back as it was', async () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.constantFrom('=1+1', '-5', '@x', 'a;b', '"q"', 'x\ny'),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 10 }), async (notes) => {
      const sent = notes.map((note) => note.replaceAll('\0', '').trim())
      const kept = sent.map((note) => (/^'|^=".*"$/s.test(note) || note === 'TRUE' || note === 'FALSE' ? 'x' : note))
      const text = writeCsv(
        ['filename', 'note'],
        kept.map((note, index) => [`${index}.wav`, note]),
      )
      const { file } = await readTextFile('a.csv', Buffer.from(text))
      assert.ok(file.kind === 'found' && file.table)
      const { items } = await expanded({
        'metadata.csv': text,
        ...Object.fromEntries(kept.map((_, index) => [`${index}.wav`, ''])),
      })
      assert.deepEqual(
        items.map(({ fields }) => fields.note ?? ''),
        kept,
      )
    }),
    { numRuns: 50 },
  )
})
