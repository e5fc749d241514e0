// Puts on the wire, byte for byte, what HTTP clients of Node send that are not installed here: the form of `request`
// (form-data 2.3.3, seen from request 2.88.2) and the JSON of `axios` (seen from 1.21.1).

import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http'
import { basename } from 'node:path'
import { text } from 'node:stream/consumers'

export type Reply = { status: number; headers: Record<string, string | string[] | undefined>; text: string }

export type Part = readonly [name: string, value: string | { fileName: string; bytes: Buffer; contentType?: string }]

/** A multipart body, its parts in the order given. */
export function multipartBody(parts: readonly Part[], boundary: string): Buffer {
  const crlf = Buffer.from('\r\n')
  const chunks = parts.flatMap(([name, value]) => {
    const isText = typeof value === 'string'
    const head = isText
      ? `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`
      : `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${basename(value.fileName)}"\r\n` +
        `Content-Type: ${value.contentType ?? 'audio/wave'}\r\n\r\n`
    return [Buffer.from(head), isText ? Buffer.from(value) : value.bytes, crlf]
  })
  return Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)])
}

/** `request({method: 'POST', url, headers: {}, formData})`; an array of streams is one part for each stream. */
export function postAsRequest(url: string, formData: readonly Part[]): Promise<Reply> {
  const digits = Array.from({ length: 24 }, () => Math.floor(Math.random() * 10)).join('')
  const boundary = `--------------------------${digits}`
  const body = multipartBody(formData, boundary)
  return send('POST', url, body, {
    host: new URL(url).host,
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'content-length': body.length,
  })
}

/** `axios.post(url, payload, {headers: {Authorization, 'Content-Type': 'application/json'}})`. */
export function postAsAxios(url: string, payload: unknown, key: string): Promise<Reply> {
  const body = Buffer.from(JSON.stringify(payload))
  return send('POST', url, body, {
    Accept: 'application/json, text/plain, */*',
    'Content-Type': 'application/json',
    Authorization: `Bearer ${key}`,
    'User-Agent': 'axios/1.21.1',
    'Content-Length': body.length,
    'Accept-Encoding': 'gzip, compress, deflate, br',
    Host: new URL(url).host,
  })
}

/** Exactly these headers and bytes; nothing is added but `Connection`. */
export function send(method: string, url: string, body: Buffer, headers: OutgoingHttpHeaders): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers }, (response) => {
      text(response).then(
        (text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        reject,
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
