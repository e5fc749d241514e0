// What tests do with tus: whole uploads by the real client, and single requests by hand.

import { Upload, type UploadOptions } from 'tus-js-client'
import type { Customer } from '../harness.ts'

export type Sent = { url: string; headers: Record<string, string | undefined>; tries: number }

const outcome = ['X-Ingest-Job-Id', 'X-Conversation-Id']

/** By tus-js-client, to the end; `uploadUrl` resumes. */
export function sendByTus(
  at: string,
  by: Pick<Customer, 'key'>,
  file: Buffer,
  options: Partial<UploadOptions> = {},
): Promise<Sent> {
  let tries = 0
  return new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint: `${at}/v1/uploads`,
      headers: { authorization: `Bearer ${by.key}` },
      retryDelays: [0, 100, 300, 1000, 3000],
      ...options,
      onBeforeRequest: (request) => {
        if (request.getMethod() === 'PATCH') tries += 1
      },
      onSuccess: ({ lastResponse }) => {
        const headers = Object.fromEntries(outcome.map((name) => [name, lastResponse.getHeader(name)]))
        resolve({ url: upload.url ?? '', headers, tries })
      },
      onError: reject,
    })
    upload.start()
  })
}

export const metadataOf = (said: Record<string, string>): string =>
  Object.entries(said)
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',')

export type TusAnswer = { status: number; headers: Headers; text: string }

/** One request, with the header that tus wants in all of them. */
export async function ask(
  method: string,
  url: string,
  by: Pick<Customer, 'key'> | null,
  headers: Record<string, string> = {},
  body?: Buffer,
): Promise<TusAnswer> {
  const answer = await fetch(url, {
    method,
    headers: {
      'tus-resumable': '1.0.0',
      ...(by ? { authorization: `Bearer ${by.key}` } : {}),
      ...(body ? { 'content-type': 'application/offset+octet-stream' } : {}),
      ...headers,
    },
    ...(body ? { body: new Uint8Array(body) } : {}),
  })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

export const begin = async (
  at: string,
  by: Pick<Customer, 'key'>,
  sizeBytes: number,
  said: Record<string, string> = {},
): Promise<TusAnswer & { url: string }> => {
  const answer = await ask('POST', `${at}/v1/uploads`, by, {
    'upload-length': String(sizeBytes),
    ...(Object.keys(said).length > 0 ? { 'upload-metadata': metadataOf(said) } : {}),
  })
  return { ...answer, url: new URL(answer.headers.get('location') ?? '', at).href }
}

export const patch = (url: string, by: Pick<Customer, 'key'>, offset: number, bytes: Buffer): Promise<TusAnswer> =>
  ask('PATCH', url, by, { 'upload-offset': String(offset) }, bytes)
