// What the sender of a resumable upload says of it in Upload-Metadata: what it is, what it is called, and the texts that
// go with it.

import { extname } from 'node:path'
import { fromFields } from '../../platform/http/body.ts'
import { Problem } from '../../platform/problem.ts'
import { type Body, looseObject } from '../flexible-body.ts'
import { itemFields, type NamedItem, readNamedItem } from '../jobs/named-item.ts'
import type { Purpose, Upload } from './uploads.ts'

export type SaidOfUpload = {
  purpose: Purpose
  fileName: string | null
  contentType: string | null
  /** An open job that a recording belongs to, or the job that waits for this archive. */
  named: NamedItem | null
  /** Of a recording, as a form would have them; of a batch, the options of its job. */
  fields: Body
}

const batchExtensions = ['.zip', '.csv', '.tsv', '.json', '.ndjson', '.jsonl']
/** What clients send by themselves, of the file and not of the conversation. */
const ofTheFile = ['filename', 'filetype', 'purpose', 'name', 'type', 'relativePath', 'size', ...itemFields]

/** @throws Problem('invalid') for a purpose that there is not, and for texts that cannot be kept */
export function readUploadMetadata(given: Upload['metadata']): SaidOfUpload {
  const texts = Object.entries(given).map(([name, value]) => [name, value ?? ''] as const)
  const { fields } = fromFields(texts)
  const text = (name: string) => (typeof fields[name] === 'string' && fields[name] !== '' ? fields[name] : null)
  const fileName = text('filename') ?? text('name')
  const rest = Object.fromEntries(Object.entries(fields).filter(([name]) => !ofTheFile.includes(name)))
  const metadata = looseObject(rest.metadata, 'metadata')
  return {
    purpose: purposeOf(text('purpose'), fileName),
    fileName,
    contentType: text('filetype'),
    named: readNamedItem(fields),
    fields: { ...rest, metadata },
  }
}

function purposeOf(given: string | null, fileName: string | null): Purpose {
  if (given === 'batch' || given === 'recording') return given
  if (given === null) {
    return batchExtensions.includes(extname(fileName ?? '').toLowerCase()) ? 'batch' : 'recording'
  }
  throw new Problem('invalid', 'unknown_purpose', 'purpose must be batch or recording.', {
    facts: { field: 'purpose' },
  })
}
