// A conversation as a vCon, the IETF's container for conversations: draft-ietf-vcon-vcon-core-04 (syntax 0.4.0), with
// draft-ietf-vcon-cc-extension (roles) and draft-howe-vcon-wtf-extension-02 (transcript).

import type { Provenance } from '../shapes.ts'
import type { ExportParticipant, ExportRecording, TranscriptExport } from './input.ts'
import { wtfOf } from './wtf.ts'

/**
 * Unsigned form, as JSON text. Calls have one dialog of type `recording` (its parties in channel order on stereo), chats
 * one of type `text` per message. `url` is given only beside a hash, as the draft asks. The uuid is the conversation's.
 */
export function writeVcon(input: TranscriptExport): string {
  const { conversation, participants } = input
  const dialog = conversation.channel === 'chat' ? messagesOf(input) : recordingOf(input)
  const analysis = analysesOf(input, conversation.channel === 'chat' ? dialog.map((_, i) => i) : 0)
  const vcon = {
    vcon: '0.4.0',
    uuid: conversation.id,
    extensions: ['CC', ...(analysis.some(({ type }) => type === 'wtf_transcription') ? ['wtf_transcription'] : [])],
    created_at: conversation.created_at,
    ...(conversation.updated_at ? { updated_at: conversation.updated_at } : {}),
    ...(conversation.subject ? { subject: conversation.subject } : {}),
    parties: participants.map(partyOf),
    dialog,
    analysis,
  }
  return `${JSON.stringify(vcon)}\n`
}

const partyOf = ({ role, name, tel, email }: ExportParticipant) => ({
  ...(tel ? { tel } : {}),
  ...(email ? { mailto: email } : {}),
  ...(name ? { name, validation: 'none' } : {}),
  ...(role === 'unknown' ? {} : { role: role === 'third_party' ? 'thirdparty' : role }),
})

function recordingOf({ conversation, participants, recording }: TranscriptExport) {
  if (!recording) return []
  return [
    {
      type: 'recording',
      start: conversation.started_at ?? conversation.created_at,
      duration: recording.duration_ms / 1000,
      ...partiesOf(participants),
      ...(recording.content_type ? { mediatype: recording.content_type } : {}),
      ...(recording.filename ? { filename: recording.filename } : {}),
      ...contentOf(recording),
    },
  ]
}

/** Stereo: one party per channel, in the order of the channels, as the draft demands; else all that are in the mix. */
function partiesOf(participants: ExportParticipant[]) {
  const indexed = participants.map(({ channel_index }, party) => ({ channel_index, party }))
  const byChannel = [0, 1].map((channel) => indexed.find(({ channel_index }) => channel_index === channel)?.party)
  const isStereo = participants.length === 2 && byChannel.every((party) => party !== undefined)
  return { parties: isStereo ? byChannel : indexed.map(({ party }) => party) }
}

function contentOf({ url, hashes }: ExportRecording) {
  const tokens = hashes.map(({ algorithm, hex }) => `${algorithm}-${Buffer.from(hex, 'hex').toString('base64url')}`)
  if (tokens.length === 0) return {}
  return { ...(url ? { url } : {}), content_hash: tokens.length === 1 ? tokens[0] : tokens }
}

function messagesOf({ conversation, participants, turns }: TranscriptExport) {
  return turns.map((turn) => {
    const party = participants.findIndex(({ id }) => id === turn.participant_id)
    return {
      type: 'text',
      start: turn.at ?? conversation.started_at ?? conversation.created_at,
      parties: party < 0 ? [] : [party],
      mediatype: 'text/plain',
      body: turn.text,
      encoding: 'none',
    }
  })
}

function analysesOf(input: TranscriptExport, dialog: number | number[]) {
  const { conversation, turns, recording, summary, sentiment_engine } = input
  // A reference to a dialog that is not there would be wrong.
  const source = conversation.channel === 'chat' || recording ? { dialog } : {}
  const json = { mediatype: 'application/json', encoding: 'json' }
  const made = ({ name, model, version }: Provenance) => ({
    vendor: 'Indaba',
    product: [name, model, version].join(' '),
  })
  const scored = turns.filter(({ sentiment }) => sentiment !== null)
  return [
    ...(conversation.channel === 'voice' && turns.length > 0
      ? [{ type: 'wtf_transcription', ...source, ...transcriber(input.speech_engine), ...json, body: wtfOf(input) }]
      : []),
    ...(summary
      ? [
          {
            type: 'summary',
            ...source,
            ...made(summary.engine),
            mediatype: 'text/plain',
            encoding: 'none',
            body: summary.text,
          },
        ]
      : []),
    ...(sentiment_engine && scored.length > 0
      ? [
          {
            type: 'sentiment',
            ...source,
            ...made(sentiment_engine),
            schema: 'indaba.sentiment@1',
            ...json,
            body: {
              turns: scored.map(({ id, start_ms, end_ms, sentiment }) => ({
                turn_id: id,
                start_ms,
                end_ms,
                ...sentiment,
              })),
            },
          },
        ]
      : []),
  ]
}

/** The WTF draft: the provider as vendor, its model as product. */
const transcriber = (engine: Provenance | null) => ({
  vendor: (engine?.name ?? 'import').toLowerCase(),
  ...(engine ? { product: engine.model } : {}),
})
