// Metadata that lies beside recordings: `call.wav.json`, `call.json` or the same as CSV or TSV, and one `metadata.csv` for
// the recordings of its folder. Which of them goes with which recording is told by their names alone.

import { parseJsonText } from '../../platform/http/body.ts'
import { Problem } from '../../platform/problem.ts'
import type { RemoteFolder } from '../../platform/remote/folder.ts'
import { openTable, rowsOf } from '../../platform/tabular.ts'
import { decodeText } from '../../platform/text-encoding.ts'
import { type CallRow, callRow } from '../batch/call-rows.ts'
import { type Body, looseObject } from '../flexible-body.ts'

export const sidecarBytesMax = 2 ** 20

const kinds = ['json', 'csv', 'tsv']
/** What may follow a recording's path, or its path without the extension. */
export const sidecarEndings = kinds.flatMap((kind) => [`.${kind}`, `.${kind.toUpperCase()}`])
export const tableNames = ['metadata.csv', 'Metadata.csv', 'METADATA.CSV', 'metadata.tsv', 'METADATA.TSV']

export const isMetadataName = (path: string): boolean => /\.(json|csv|tsv)$/i.test(path)

export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
export const stemOf = (path: string): string => path.replace(/\.[^./]*$/, '')

/** Those that count first come first. */
export const sidecarPaths = (path: string): string[] =>
  [...new Set([path, stemOf(path)])].flatMap((start) => sidecarEndings.map((ending) => start + ending))

export const tablePaths = (folder: string): string[] => tableNames.map((name) => folder + name)

export type Said = Pick<CallRow, 'fields' | 'warnings' | 'failure'>

/** @throws Problem('invalid' | 'too_large') with the name of the file, for what cannot be read; RemoteFailure */
export async function readSidecar(remote: RemoteFolder, path: string, signal: AbortSignal): Promise<Said> {
  const text = await readText(remote, path, signal)
  if (/\.json$/i.test(path)) return callRow(path, Object.entries(objectIn(path, text)))
  const table = openTable(path, text)
  for (const { line, values } of rowsOf(table)) return rowAt(path, line, table.header.values, values)
  throw unreadable(`${path} has no row below its header.`)
}

/** By the plain names of the recordings that it names. @throws as readSidecar does */
export async function readMetadataTable(
  remote: RemoteFolder,
  path: string,
  signal: AbortSignal,
): Promise<(recording: string) => Said | null> {
  const table = openTable(path, await readText(remote, path, signal))
  const found = new Map<string, Said>()
  let isAnyNamed = false
  for (const { line, values } of rowsOf(table)) {
    const { file, ...said } = rowAt(path, line, table.header.values, values)
    if (file === null) continue
    isAnyNamed = true
    const name = plain(nameOf(file.replaceAll('\\', '/')))
    found.set(name, said)
  }
  if (!isAnyNamed) throw unreadable(`${path} has no column that names recordings, such as filename.`)
  return (recording) => found.get(plain(nameOf(recording))) ?? found.get(plain(stemOf(nameOf(recording)))) ?? null
}

/** What lies beside the recording counts more than its name, also where they name the agent in different ways. */
export function mergeFields(fromName: Body, said: Body): Body {
  const agents = ['agent', 'agent_name', 'agent_email', 'agent_id']
  const isAgentSaid = agents.some((one) => Object.hasOwn(said, one))
  const kept = Object.entries(fromName).filter(([name]) => !isAgentSaid || !agents.includes(name))
  return { ...Object.fromEntries(kept), ...said }
}

function rowAt(path: string, line: number, header: string[], values: string[]): CallRow {
  const cells = values.map((value, at): [string, string] => [header[at] || `column ${at + 1}`, value])
  return callRow(`${path} line ${line}`, cells)
}

/** One object, or a list of one; what is under `metadata` in it counts as said at its top. */
function objectIn(path: string, text: string): Body {
  let value: unknown
  try {
    value = parseJsonText(text, { name: path })
  } catch (err) {
    throw err instanceof Problem ? unreadable(err.detail) : err
  }
  const one = Array.isArray(value) && value.length === 1 ? value[0] : value
  if (typeof one !== 'object' || one === null || Array.isArray(one)) throw unreadable(`${path} is no JSON object.`)
  const { metadata, ...rest } = one as Body
  return { ...rest, ...looseObject(metadata, `${path}: metadata`) }
}

async function readText(remote: RemoteFolder, path: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of (await remote.open(path, { signal })) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > sidecarBytesMax) {
      const detail = `${path} is larger than the ${sidecarBytesMax / 2 ** 20} MiB that are read of metadata.`
      throw new Problem('too_large', 'sidecar_too_large', detail)
    }
    chunks.push(chunk)
  }
  return decodeText(Buffer.concat(chunks)).text
}

const plain = (name: string) => name.normalize('NFC').toLowerCase()

const unreadable = (detail: string) => new Problem('invalid', 'sidecar_unreadable', detail)
