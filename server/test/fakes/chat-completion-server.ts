// A chat-completion server on loopback that speaks the published contract of `POST /v1/chat/completions` with structured
// output: it refuses what the real ones refuse, answers by simple rules from the data it was sent, and misbehaves on
// request. Reference: https://platform.openai.com/docs/api-reference/chat/create

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Misbehaviour =
  | 'none'
  | 'error_500'
  | 'rate_limited'
  | 'hangs'
  | 'stalls_midway'
  | 'hangs_up'
  | 'redirects'
  | 'body_not_json'
  | 'content_not_json'
  | 'content_of_other_form'
  | 'refuses'
  | 'filtered'
  | 'cut_off'
  | 'no_choices'
  | 'huge'
  | 'unknown_turns'
  | 'missing_turns'
  | 'repeated_turns'
  | 'code_fence'

export type ChatRequest = {
  model: string
  messages: { role: string; content: string }[]
  response_format: { type: string; json_schema: { name: string; strict: boolean; schema: object } }
}

export type ChatCompletionServer = {
  baseUrl: string
  /** Parsed bodies of the requests that kept to the contract, in order. */
  requests: ChatRequest[]
  misbehave(how: Misbehaviour): void
  close(): Promise<void>
}

type SentTurn = { n: number; role: string; text: string }
type SentPart = { short: string; evidence: number[] }

export async function startChatCompletionServer(settings: {
  apiKey: string | null
  model: string
}): Promise<ChatCompletionServer> {
  const requests: ChatRequest[] = []
  let misbehaviour: Misbehaviour = 'none'
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
      return sendError(response, 404, 'Unknown request URL', 'invalid_request_error')
    }
    if (settings.apiKey !== null && request.headers.authorization !== `Bearer ${settings.apiKey}`) {
      return sendError(response, 401, 'Incorrect API key provided', 'invalid_request_error')
    }
    const body = readRequest(await readBody(request))
    if (body === null) return sendError(response, 400, 'We could not parse the JSON body', 'invalid_request_error')
    const fault = faultOf(body, settings.model)
    if (fault !== null) return sendError(response, 400, fault, 'invalid_request_error')
    requests.push(body)
    if (await misbehaved(response, misbehaviour)) return
    sendCompletion(response, settings.model, contentFor(body, misbehaviour), misbehaviour)
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    misbehave: (how) => {
      misbehaviour = how
    },
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Failures below the content; true where the exchange is dealt with. */
async function misbehaved(response: ServerResponse, how: Misbehaviour): Promise<boolean> {
  switch (how) {
    case 'error_500':
      sendError(response, 500, 'The server had an error while processing your request', 'server_error')
      return true
    case 'rate_limited':
      sendError(response, 429, 'Rate limit reached', 'rate_limit_exceeded')
      return true
    case 'hangs':
      return true
    case 'stalls_midway':
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"id":"chatcmpl-1","choices":[')
      return true
    case 'hangs_up':
      response.destroy()
      return true
    case 'redirects':
      response.writeHead(307, { location: '/elsewhere' }).end()
      return true
    case 'body_not_json':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Gateway</body></html>')
      return true
    case 'no_choices':
      sendJson(response, 200, { id: 'chatcmpl-1', object: 'chat.completion', choices: [] })
      return true
    case 'huge':
      response.writeHead(200, { 'content-type': 'application/json' })
      for (let chunk = 0; chunk < 8 && !response.destroyed; chunk++) {
        if (!response.write(' '.repeat(1024 * 1024)))
          await Promise.race([once(response, 'drain'), once(response, 'close')])
      }
      response.end('{}')
      return true
    default:
      return false
  }
}

/** What the contract demands of a request with structured output; null where it is kept. */
function faultOf(body: ChatRequest, model: string): string | null {
  if (body.model !== model) return `The model '${body.model}' does not exist`
  if (!Array.isArray(body.messages) || body.messages.length === 0) return "'messages' must be a non-empty array"
  const roles = ['system', 'developer', 'user', 'assistant']
  for (const message of body.messages) {
    if (!roles.includes(message?.role) || typeof message.content !== 'string') return "Invalid value in 'messages'"
  }
  const format = body.response_format
  if (format?.type !== 'json_schema') return "'response_format.type' must be 'json_schema'"
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(format.json_schema?.name ?? '')) return "Invalid 'response_format.json_schema.name'"
  return format.json_schema.strict === true ? schemaFault(format.json_schema.schema) : null
}

/** Strict schemas: every object closed, every property required, no keyword outside the supported set. */
function schemaFault(schema: unknown): string | null {
  if (typeof schema !== 'object' || schema === null) return 'Invalid schema'
  const {
    type,
    properties = {},
    required = [],
    items,
    additionalProperties,
    ...rest
  } = schema as {
    type?: string
    properties?: Record<string, unknown>
    required?: string[]
    items?: unknown
    additionalProperties?: unknown
  }
  const odd = Object.keys(rest).filter((key) => !['description', 'enum', 'anyOf'].includes(key))
  if (odd.length > 0) return `Invalid schema: '${odd[0]}' is not permitted`
  if (type === 'object') {
    if (additionalProperties !== false) return "Invalid schema: 'additionalProperties' must be false"
    const open = Object.keys(properties).find((key) => !required.includes(key))
    if (open !== undefined) return `Invalid schema: 'required' must hold '${open}'`
  }
  for (const child of [...Object.values(properties), ...(items === undefined ? [] : [items])]) {
    const fault = schemaFault(child)
    if (fault !== null) return fault
  }
  return null
}

function contentFor(body: ChatRequest, how: Misbehaviour): string {
  const user = body.messages.findLast((message) => message.role === 'user')?.content ?? ''
  const data = JSON.parse(user.slice(user.indexOf('{'), user.lastIndexOf('}') + 1)) as {
    turns?: SentTurn[]
    parts?: SentPart[]
  }
  const content = JSON.stringify(data.turns === undefined ? summaryOf(data.parts ?? []) : analysisOf(data.turns, how))
  if (how === 'content_not_json') return 'Of course! Here is your analysis.'
  if (how === 'content_of_other_form') return JSON.stringify({ turns: 'all fine', keywords: [] })
  return how === 'code_fence' ? `\`\`\`json\n${content}\n\`\`\`` : content
}

/** The rules of this "model": gratitude is positive, trouble is negative, long words are keywords. */
function analysisOf(turns: SentTurn[], how: Misbehaviour) {
  const judged = turns.map(({ n, text }) => ({
    n,
    language: /\b(ngi|siya|uku|imali)/i.test(text) ? 'zu' : 'en',
    language_confidence: 0.9,
    sentiment: /\b(thank|great|ngiyabonga)/i.test(text) ? 0.8 : /\b(broken|angry|never|inkinga)/i.test(text) ? -0.7 : 0,
    sentiment_confidence: 0.8,
  }))
  const first = judged[0]
  if (how === 'unknown_turns' && first !== undefined) judged.push({ ...first, n: 999_999 })
  if (how === 'repeated_turns' && first !== undefined) judged.push(first)
  if (how === 'missing_turns') judged.pop()
  const words = turns.flatMap(({ text }) => text.toLowerCase().match(/\p{L}{6,}/gu) ?? [])
  return {
    turns: judged,
    keywords: [...[...new Set(words)].slice(0, 12), 'never said by anyone'].map((text, at) => ({
      text,
      score: 1 / (1 + at),
    })),
    summary: { short: turns[0]?.text.slice(0, 200) ?? '', evidence: turns.slice(0, 1).map(({ n }) => n) },
  }
}

function summaryOf(parts: SentPart[]) {
  return {
    short: parts.map((part) => part.short.slice(0, 40)).join(' '),
    evidence: parts.flatMap((part) => part.evidence).slice(0, 5),
  }
}

function sendCompletion(response: ServerResponse, model: string, content: string, how: Misbehaviour): void {
  const refusal = how === 'refuses' ? "I'm sorry, I can't help with that." : null
  const finish = how === 'cut_off' ? 'length' : how === 'filtered' ? 'content_filter' : 'stop'
  const text = how === 'cut_off' ? content.slice(0, content.length / 2) : content
  sendJson(response, 200, {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: refusal === null ? text : null, refusal },
        logprobs: null,
        finish_reason: finish,
      },
    ],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  })
}

function sendError(response: ServerResponse, status: number, message: string, type: string): void {
  sendJson(response, status, { error: { message, type, param: null, code: null } })
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function readRequest(text: string): ChatRequest | null {
  try {
    return JSON.parse(text) as ChatRequest
  } catch {
    return null
  }
}
