// A finished document as an answer: its bytes from the store, under a name that is safe in a header and on a disk.

import { type Answer, ok } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import type { Store } from '../../storage/index.ts'
import { fileKey } from './documents.ts'
import { contentTypes, type Document } from './shapes.ts'

/** @throws Problem('conflict') while there is no file, Problem('not_found', 'file_removed') when it is gone */
export async function fileAnswer(store: Store, document: Document): Promise<Answer> {
  requireFile(document)
  const { stream, sizeBytes } = await store.open(fileKey(document))
  return ok(stream, { ...fileHeaders(document), 'Content-Length': String(sizeBytes) })
}

export const fileHeaders = (document: Pick<Document, 'name' | 'format'>): Record<string, string> => ({
  'Content-Type': contentTypes[document.format],
  'Content-Disposition': disposition(fileName(document)),
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'private, no-store',
  // A file that is shown in place of being saved must not run anything.
  'Content-Security-Policy': "default-src 'none'; sandbox",
})

export function requireFile({ state, failure }: Document): void {
  if (state === 'completed') return
  if (state === 'expired') {
    const detail = 'The file was removed, as its time was over. Make it again.'
    throw new Problem('not_found', 'file_removed', detail)
  }
  if (state === 'failed') {
    throw new Problem('conflict', failure?.code ?? 'failed', failure?.message ?? 'It could not be made.')
  }
  throw new Problem('conflict', 'not_ready', 'It is still being made. Ask again in a few seconds.', { retryAfterS: 2 })
}

const nameCharsMax = 100

/** No separators of paths, no control characters, no leading dot. */
export function fileName({ name, format }: Pick<Document, 'name' | 'format'>): string {
  const safe = name
    .normalize('NFC')
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\\/:*?"<>|\ufffd]+/gu, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '')
    .slice(0, nameCharsMax)
    .toWellFormed()
    .replace(/\ufffd$/, '')
  return `${safe || 'indaba'}.${format}`
}

/** Both spellings of RFC 6266 §5: the plain one for those who know no other. */
const disposition = (name: string): string => {
  const ascii = name.replace(/[^ -~]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
