// Bodies that must be refused wherever a body is read, and bodies that must only do no harm.

export type HostileBody = { name: string; type: string; body: string | Buffer | Buffer[] }

const json = (name: string, body: string | Buffer): HostileBody => ({ name, type: 'application/json', body })
const form = (name: string, body: string | Buffer): HostileBody => ({
  name,
  type: 'application/x-www-form-urlencoded',
  body,
})
const multipart = (name: string, body: string | Buffer, boundary = 'boundary=b'): HostileBody => ({
  name,
  type: `multipart/form-data${boundary && `; ${boundary}`}`,
  body,
})
const field = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const file = (value: string) =>
  `--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n${value}`

export const refusedBodies = (bodyBytesMax: number): HostileBody[] => [
  json('broken JSON', '{"agent": '),
  json('JSON with a comment', '{"a":1} // why not'),
  json('JSON list', '[{"a":1}]'),
  json('JSON text', '"only text"'),
  json('JSON number', '1e400'),
  json('JSON null', 'null'),
  json('JSON true', 'true'),
  json('deep lists', '['.repeat(10_000) + ']'.repeat(10_000)),
  json('deep objects', `{"metadata":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`),
  json('__proto__', '{"__proto__":{"isAdmin":true},"name":"x"}'),
  json('escaped __proto__', '{"name":"x","\\u005f_proto__":{"isAdmin":true}}'),
  json('raw NUL', '{"name":"a\0b"}'),
  json('escaped NUL', '{"name":"a\\u0000b","agent":"a\\u0000b"}'),
  json('lone surrogate in a name', '{"\\ud83d":1}'),
  json('bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d])),
  json('UTF-16', Buffer.from('\ufeff{"name":"x"}', 'utf16le')),
  json('too large', `{"name":"${'x'.repeat(bodyBytesMax)}"}`),
  {
    name: 'too large, in chunks',
    type: 'application/json',
    body: Array.from({ length: 40 }, () => Buffer.alloc(bodyBytesMax / 32, 0x20)),
  },
  form('100,000 pairs', 'a=1&'.repeat(100_000)),
  form('NUL in a form', 'name=a%00b'),
  form('not UTF-8 in a form', 'name=%ff%fe'),
  form('__proto__ in a form', '__proto__=1'),
  form('a name without end', `${'n'.repeat(100_000)}=1`),
  { name: 'plain prose', type: 'text/plain', body: 'please transcribe my call' },
  {
    name: 'XML',
    type: 'application/xml',
    body: '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  },
  { name: 'bytes', type: 'application/octet-stream', body: Buffer.from([0, 1, 2, 3, 0xff, 0xfe]) },
  { name: 'a content type that is none', type: ';;;===', body: 'abc' },
  { name: 'multipart of another kind', type: 'multipart/mixed; boundary=b', body: '--b--\r\n' },
  multipart('no boundary, and none to be found', 'hello', ''),
  multipart('no boundary, long', 'x'.repeat(100_000), ''),
  multipart('a boundary of 300 characters', field('a', '1'), `boundary=${'b'.repeat(300)}`),
  multipart('an empty boundary', field('a', '1'), 'boundary='),
  multipart('another boundary than the body', field('a', '1'), 'boundary=c'),
  multipart('10,000 fields', `${field('a', '1').repeat(10_000)}--b--\r\n`),
  multipart('no end', field('name', 'x')),
  multipart('a file without an end', file('RIFF')),
  multipart('a part cut in its headers', '--b\r\nContent-Disposition: form-da'),
  multipart('NUL in a field', `${field('name', 'a\0b')}--b--\r\n`),
  multipart('__proto__ as a field', `${field('__proto__', 'x')}--b--\r\n`),
  multipart('constructor as a field', `${field('constructor', 'x')}--b--\r\n`),
  multipart('a field that is too large', `${field('name', 'x'.repeat(bodyBytesMax + 1))}--b--\r\n`),
  multipart('fields that are too large together', `${field('name', 'x'.repeat(bodyBytesMax / 4)).repeat(5)}--b--\r\n`),
  multipart('a file that is too large', `${file('x'.repeat(bodyBytesMax * 2))}\r\n--b--\r\n`),
  multipart('20 files', `${`${file('RIFF')}\r\n`.repeat(20)}--b--\r\n`),
  multipart(
    'broken JSON part',
    '--b\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: application/json\r\n\r\n{"a\r\n--b--\r\n',
  ),
]

/** Read tolerantly, as the clients of the hosted services need it: what comes out depends on the route. */
export const harmlessBodies: HostileBody[] = [
  json('empty', ''),
  json('white space', ' \r\n\t '),
  json('half an emoji', '{"name":"x\\ud83d"}'),
  json('numbers out of range', '{"limit":-1,"duration":1e400,"offset":-1e999,"timestamp":1e308}'),
  json(
    'wrong types everywhere',
    '{"name":[],"email":{},"url":1,"events":"call","messages":7,"metadata":[1],"file_url":{},"org_id":[]}',
  ),
  json('names of Object.prototype', '{"constructor":{"prototype":{}},"toString":1,"hasOwnProperty":null}'),
  json('a form under a wrong label', '{"settings":{"constructor":1}}'),
  form('stray percent signs', 'name=100%&a=%&b=%zz'),
  form('brackets', 'a[b][c]=1&a[b][c]=2'),
  multipart(
    'a header of 1 MB',
    `--b\r\nContent-Disposition: form-data; name="a"; x="${'h'.repeat(1_000_000)}"\r\n\r\n1\r\n--b--\r\n`,
  ),
  multipart('no parts', '--b--\r\n'),
  multipart('a part without a name', '--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--\r\n'),
  multipart('a name with a path', `${field('../../etc/passwd', '1')}--b--\r\n`),
  multipart(
    'text that is not UTF-8',
    Buffer.concat([Buffer.from(field('name', '').slice(0, -2)), Buffer.from([0xff]), Buffer.from('\r\n--b--\r\n')]),
  ),
]

export const compressedBody = {
  encodings: ['gzip', 'br', 'deflate', 'gzip, gzip', 'x-unknown'],
  body: Buffer.from('1f8b0800000000000003ab5602004306 6b7f02000000'.replace(' ', ''), 'hex'),
}
