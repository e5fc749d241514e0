// Reads server-sent events as browsers do (WHATWG HTML §9.2.6).

export type ServerEvent = { event: string; id: string; data: string }

/** Comments and `retry` are left out. The stream is cancelled when the reader stops. */
export async function* readEvents(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder()
  let id = ''
  let fields = { event: '', data: [] as string[] }
  let rest = ''
  for await (const chunk of chunks) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    const lines = rest.split(/\r\n|\n|\r/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') {
        if (fields.data.length > 0) yield { event: fields.event || 'message', id, data: fields.data.join('\n') }
        fields = { event: '', data: [] }
        continue
      }
      const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? []
      if (name === 'event') fields.event = value
      else if (name === 'data') fields.data.push(value)
      else if (name === 'id') id = value
    }
  }
}
