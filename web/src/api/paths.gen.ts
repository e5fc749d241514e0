// Made by `npm run generate` from the API reference. Not to be edited.

type Schemas = {
  Error: {
    status: 'error'
    message: string
    error?: {
      code?: string
      message?: string
      details?: Record<string, unknown>
    }
    request_id: string
  }
}

export type paths = {
  '/v1/calls': {
    get: {
      parameters: { query?: { 'start_date'?: string; 'end_date'?: string; 'agent_id'?: string; 'team_id'?: string; 'tag'?: string; 'reviewed'?: boolean; 'status'?: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'; 'updated_since'?: string; 'after_seq'?: number; 'cursor'?: string; 'limit'?: number; 'offset'?: number }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        calls: ({
          call_id: string
          agent: string | null
          /** ISO 8601, UTC */
          date: string
          duration: number | null
          topic: string | null
          sentiment: 'negative' | 'neutral' | 'positive' | null
          status: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
          direction: 'inbound' | 'outbound' | 'internal' | null
          tags: string[]
          external_id: string | null
          /** ISO 8601, UTC */
          updated_at: string
          /** Position in the order of change of the organisation */
          seq: number
        })[]
        /** How many there are; counted up to 100,000 */
        total: number
        /** False: there are more than `total` */
        total_is_exact: boolean
        limit: number
        offset: number
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/calls/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        call_id: string
        status: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
        agent: {
          agent_id: string | null
          name: string | null
          email: string | null
          team: string | null
          department: string | null
        }
        call_details: {
          duration: number | null
          silent_time: number | null
          topic: string | null
          sentiment: 'negative' | 'neutral' | 'positive' | null
        }
        transcript: string | null
        analytics: {
          keywords: string[]
          intents: string[]
          pain_points: string[]
        }
        summary: string | null
        /** ISO 8601, UTC */
        date: string
        direction: 'inbound' | 'outbound' | 'internal' | null
        tags: string[]
        metadata: {
        }
        warnings: string[]
        failure: {
          code: string
          reason: string
          stage: string | null
        } | null
        /** ISO 8601, UTC */
        updated_at: string
        /** Position in the order of change of the organisation */
        seq: number
        links: {
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/chats': {
    get: {
      parameters: { query?: { 'start_date'?: string; 'end_date'?: string; 'agent_id'?: string; 'team_id'?: string; 'tag'?: string; 'reviewed'?: boolean; 'status'?: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'; 'updated_since'?: string; 'after_seq'?: number; 'cursor'?: string; 'limit'?: number; 'offset'?: number }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        chats: ({
          chat_id: string
          agent: string | null
          /** ISO 8601, UTC */
          date: string
          duration: number | null
          topic: string | null
          sentiment: 'negative' | 'neutral' | 'positive' | null
          status: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
          direction: 'inbound' | 'outbound' | 'internal' | null
          tags: string[]
          external_id: string | null
          /** ISO 8601, UTC */
          updated_at: string
          /** Position in the order of change of the organisation */
          seq: number
        })[]
        /** How many there are; counted up to 100,000 */
        total: number
        /** False: there are more than `total` */
        total_is_exact: boolean
        limit: number
        offset: number
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/chats/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        chat_id: string
        status: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
        agent: {
          agent_id: string | null
          name: string | null
          email: string | null
          team: string | null
          department: string | null
        }
        call_details: {
          duration: number | null
          silent_time: number | null
          topic: string | null
          sentiment: 'negative' | 'neutral' | 'positive' | null
          response_time: number | null
        }
        chat_details: {
          duration: number | null
          silent_time: number | null
          topic: string | null
          sentiment: 'negative' | 'neutral' | 'positive' | null
          response_time: number | null
        }
        response_time: number | null
        messages: ({
          /** The client's own word */
          sender: string
          role: string
          message: string
          timestamp: string | null
          sentiment: 'negative' | 'neutral' | 'positive' | null
          language: string | null
        })[]
        transcript: string | null
        analytics: {
          keywords: string[]
          intents: string[]
          pain_points: string[]
        }
        summary: string | null
        /** ISO 8601, UTC */
        date: string
        direction: 'inbound' | 'outbound' | 'internal' | null
        tags: string[]
        metadata: {
        }
        warnings: string[]
        failure: {
          code: string
          reason: string
          stage: string | null
        } | null
        /** ISO 8601, UTC */
        updated_at: string
        /** Position in the order of change of the organisation */
        seq: number
        links: {
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations': {
    get: {
      parameters: { query?: { 'start_date'?: string; 'end_date'?: string; 'agent_id'?: string; 'team_id'?: string; 'tag'?: string; 'reviewed'?: boolean; 'status'?: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'; 'updated_since'?: string; 'after_seq'?: number; 'cursor'?: string; 'limit'?: number; 'offset'?: number; 'channel'?: 'voice' | 'chat' }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        conversations: ({
          id: string
          channel: 'voice' | 'chat'
          direction: 'inbound' | 'outbound' | 'internal' | null
          status: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
          source: string
          external_id: string | null
          /** Rises when it is sent again with other content, corrected, or transcribed once more */
          version: number
          /** ISO 8601, UTC */
          started_at: string
          ended_at: string | null
          duration_ms: number | null
          language: string | null
          sentiment: 'negative' | 'neutral' | 'positive' | null
          agent: {
            agent_id: string | null
            name: string | null
            email: string | null
            team: string | null
            department: string | null
          }
          customer: {
            ref: string | null
          }
          caller_number: string | null
          called_number: string | null
          tags: string[]
          reviewed_at: string | null
          reviewed_by: string | null
          /** Personal data was replaced by placeholders; nothing can be corrected */
          is_masked: boolean
          reprocessing: {
            from: string
            /** ISO 8601, UTC */
            at: string
            by: string
          } | null
          metadata: {
          }
          warnings: string[]
          failure: {
            code: string
            reason: string
            stage: string | null
          } | null
          /** ISO 8601, UTC */
          received_at: string
          completed_at: string | null
          /** ISO 8601, UTC */
          updated_at: string
          /** Position in the order of change of the organisation */
          seq: number
        })[]
        /** How many there are; counted up to 100,000 */
        total: number
        /** False: there are more than `total` */
        total_is_exact: boolean
        limit: number
        offset: number
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        channel: 'voice' | 'chat'
        direction: 'inbound' | 'outbound' | 'internal' | null
        status: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
        source: string
        external_id: string | null
        /** Rises when it is sent again with other content, corrected, or transcribed once more */
        version: number
        /** ISO 8601, UTC */
        started_at: string
        ended_at: string | null
        duration_ms: number | null
        language: string | null
        sentiment: 'negative' | 'neutral' | 'positive' | null
        agent: {
          agent_id: string | null
          name: string | null
          email: string | null
          team: string | null
          department: string | null
        }
        customer: {
          ref: string | null
        }
        caller_number: string | null
        called_number: string | null
        tags: string[]
        reviewed_at: string | null
        reviewed_by: string | null
        /** Personal data was replaced by placeholders; nothing can be corrected */
        is_masked: boolean
        reprocessing: {
          from: string
          /** ISO 8601, UTC */
          at: string
          by: string
        } | null
        metadata: {
        }
        warnings: string[]
        failure: {
          code: string
          reason: string
          stage: string | null
        } | null
        /** ISO 8601, UTC */
        received_at: string
        completed_at: string | null
        /** ISO 8601, UTC */
        updated_at: string
        /** Position in the order of change of the organisation */
        seq: number
        participants: {
        }[]
        recording: {
        } | null
        transcript: {
          revision: number
          source: string
          engine: {
          } | null
          turns: ({
            id: string
            index: number
            participant_id: string
            role: string
            start_ms: number
            end_ms: number
            text: string
            language: string | null
            language_confidence: number | null
            confidence: number | null
            sentiment: {
              label: string
              score: number
              confidence: number
            } | null
            /** A person corrected it */
            edited?: true
            sentiment_reason?: string | null
            words: ({
              w: string
              s: number
              e: number
              c: number | null
            })[]
          })[]
        } | null
        analysis: {
          id: string
          /** Of the transcript that it is about */
          transcript_revision: number
          provenance: {
          }
          languages: {
            tag: string
            /** 0 to 1 */
            share: number
          }[]
          sentiment: {
          }
          keywords: {
          }
          summary: {
          }
          /** ISO 8601, UTC */
          created_at: string
        } | null
        annotations: {
          tags: ({
            id: string | null
            name: string
            colour: string | null
          })[]
          comments: {
            total: number
            /** Threads */
            unresolved: number
          }
          review: {
            at: string
            by: string
            name: string | null
          } | null
          /** Of the transcript */
          revisions: number
          analyses: number
        }
        metrics: Record<string, {
          value: number | string | boolean | null
          status: 'ok' | 'partial' | 'not_computable'
          formula: string
          unit: string
          reason?: string
        }>
        stages: ({
          name: string
          status: string
          attempt: number
          /** ISO 8601, UTC */
          started_at: string
          ended_at: string | null
          error: {
            code: string
            reason: string
          } | null
        })[]
        links: {
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/transcript': {
    get: {
      parameters: { query?: { 'format'?: 'text' | 'srt' | 'vtt' | 'json' | 'vcon' }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'text/plain; charset=utf-8': unknown; 'application/x-subrip; charset=utf-8': unknown; 'text/vtt; charset=utf-8': unknown; 'application/json; charset=utf-8': unknown; 'application/vcon': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/calls/{id}/transcript': {
    get: {
      parameters: { query?: { 'format'?: 'text' | 'srt' | 'vtt' | 'json' | 'vcon' }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'text/plain; charset=utf-8': unknown; 'application/x-subrip; charset=utf-8': unknown; 'text/vtt; charset=utf-8': unknown; 'application/json; charset=utf-8': unknown; 'application/vcon': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/chats/{id}/transcript': {
    get: {
      parameters: { query?: { 'format'?: 'text' | 'srt' | 'vtt' | 'json' | 'vcon' }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'text/plain; charset=utf-8': unknown; 'application/x-subrip; charset=utf-8': unknown; 'text/vtt; charset=utf-8': unknown; 'application/json; charset=utf-8': unknown; 'application/vcon': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/waveform': {
    get: {
      parameters: { query?: { 'points'?: number; 'from_ms'?: number; 'to_ms'?: number }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        duration_ms: number
        from_ms: number
        to_ms: number
        /** What one point stands for; the first begins at `from_ms` */
        point_ms: number
        channels: ({
          /** 0: left, or the only one */
          index: number
          /** Who speaks on it; null where all do, or nobody knows yet */
          side: 'agent' | 'customer' | 'bot' | 'third_party' | 'unknown' | null
          participant_id: string | null
          peaks: number[]
          speech: {
            start_ms: number
            end_ms: number
          }[]
        })[]
      } } }; 202: { content: { 'application/json': {
        status: 'preparing'
        retry_after_s: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/calls/{id}/waveform': {
    get: {
      parameters: { query?: { 'points'?: number; 'from_ms'?: number; 'to_ms'?: number }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        duration_ms: number
        from_ms: number
        to_ms: number
        /** What one point stands for; the first begins at `from_ms` */
        point_ms: number
        channels: ({
          /** 0: left, or the only one */
          index: number
          /** Who speaks on it; null where all do, or nobody knows yet */
          side: 'agent' | 'customer' | 'bot' | 'third_party' | 'unknown' | null
          participant_id: string | null
          peaks: number[]
          speech: {
            start_ms: number
            end_ms: number
          }[]
        })[]
      } } }; 202: { content: { 'application/json': {
        status: 'preparing'
        retry_after_s: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/recording': {
    get: {
      parameters: { query?: { 'variant'?: 'original' | 'playback'; 'download'?: '0' | '1' | 'false' | 'true' }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'audio/*': unknown } }; 202: { content: { 'application/json': {
        status: 'preparing'
        retry_after_s: number
      } } }; 206: { content: { 'audio/*': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/calls/{id}/recording': {
    get: {
      parameters: { query?: { 'variant'?: 'original' | 'playback'; 'download'?: '0' | '1' | 'false' | 'true' }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'audio/*': unknown } }; 202: { content: { 'application/json': {
        status: 'preparing'
        retry_after_s: number
      } } }; 206: { content: { 'audio/*': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/tags': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        tags: {
          id: string
          name: string
          colour: string
          /** How many that you may see bear it */
          conversations: number
          created_at: string
          updated_at: string
          /** For `If-Match`; another where name or colour is */
          etag: string
        }[]
        /** All that a tag can have */
        colours: string[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** 1 to 30 characters */
        name: string
        /** Absent: one that goes by the name */
        colour?: '#1f77b4' | '#ff7f0e' | '#2ca02c' | '#d62728' | '#9467bd' | '#8c564b' | '#e377c2' | '#7f7f7f' | '#bcbd22' | '#17becf' | '#1b4f72' | '#7e5109' | '#145a32' | '#641e16'
      } } }
      responses: { 201: { content: { 'application/json': {
        id: string
        name: string
        colour: string
        /** How many that you may see bear it */
        conversations: number
        created_at: string
        updated_at: string
        /** For `If-Match`; another where name or colour is */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/tags/{id}': {
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** 1 to 30 characters */
        name?: string
        /** Absent: one that goes by the name */
        colour?: '#1f77b4' | '#ff7f0e' | '#2ca02c' | '#d62728' | '#9467bd' | '#8c564b' | '#e377c2' | '#7f7f7f' | '#bcbd22' | '#17becf' | '#1b4f72' | '#7e5109' | '#145a32' | '#641e16'
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        name: string
        colour: string
        /** How many that you may see bear it */
        conversations: number
        created_at: string
        updated_at: string
        /** For `If-Match`; another where name or colour is */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        name: string
        colour: string
        /** How many that you may see bear it */
        conversations: number
        created_at: string
        updated_at: string
        /** For `If-Match`; another where name or colour is */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/tags/{id}/restore': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        name: string
        colour: string
        /** How many that you may see bear it */
        conversations: number
        created_at: string
        updated_at: string
        /** For `If-Match`; another where name or colour is */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/tags': {
    put: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        tags: string[]
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        channel: 'voice' | 'chat'
        direction: 'inbound' | 'outbound' | 'internal' | null
        status: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
        source: string
        external_id: string | null
        /** Rises when it is sent again with other content, corrected, or transcribed once more */
        version: number
        /** ISO 8601, UTC */
        started_at: string
        ended_at: string | null
        duration_ms: number | null
        language: string | null
        sentiment: 'negative' | 'neutral' | 'positive' | null
        agent: {
          agent_id: string | null
          name: string | null
          email: string | null
          team: string | null
          department: string | null
        }
        customer: {
          ref: string | null
        }
        caller_number: string | null
        called_number: string | null
        tags: string[]
        reviewed_at: string | null
        reviewed_by: string | null
        /** Personal data was replaced by placeholders; nothing can be corrected */
        is_masked: boolean
        reprocessing: {
          from: string
          /** ISO 8601, UTC */
          at: string
          by: string
        } | null
        metadata: {
        }
        warnings: string[]
        failure: {
          code: string
          reason: string
          stage: string | null
        } | null
        /** ISO 8601, UTC */
        received_at: string
        completed_at: string | null
        /** ISO 8601, UTC */
        updated_at: string
        /** Position in the order of change of the organisation */
        seq: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/review': {
    put: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        channel: 'voice' | 'chat'
        direction: 'inbound' | 'outbound' | 'internal' | null
        status: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
        source: string
        external_id: string | null
        /** Rises when it is sent again with other content, corrected, or transcribed once more */
        version: number
        /** ISO 8601, UTC */
        started_at: string
        ended_at: string | null
        duration_ms: number | null
        language: string | null
        sentiment: 'negative' | 'neutral' | 'positive' | null
        agent: {
          agent_id: string | null
          name: string | null
          email: string | null
          team: string | null
          department: string | null
        }
        customer: {
          ref: string | null
        }
        caller_number: string | null
        called_number: string | null
        tags: string[]
        reviewed_at: string | null
        reviewed_by: string | null
        /** Personal data was replaced by placeholders; nothing can be corrected */
        is_masked: boolean
        reprocessing: {
          from: string
          /** ISO 8601, UTC */
          at: string
          by: string
        } | null
        metadata: {
        }
        warnings: string[]
        failure: {
          code: string
          reason: string
          stage: string | null
        } | null
        /** ISO 8601, UTC */
        received_at: string
        completed_at: string | null
        /** ISO 8601, UTC */
        updated_at: string
        /** Position in the order of change of the organisation */
        seq: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        channel: 'voice' | 'chat'
        direction: 'inbound' | 'outbound' | 'internal' | null
        status: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
        source: string
        external_id: string | null
        /** Rises when it is sent again with other content, corrected, or transcribed once more */
        version: number
        /** ISO 8601, UTC */
        started_at: string
        ended_at: string | null
        duration_ms: number | null
        language: string | null
        sentiment: 'negative' | 'neutral' | 'positive' | null
        agent: {
          agent_id: string | null
          name: string | null
          email: string | null
          team: string | null
          department: string | null
        }
        customer: {
          ref: string | null
        }
        caller_number: string | null
        called_number: string | null
        tags: string[]
        reviewed_at: string | null
        reviewed_by: string | null
        /** Personal data was replaced by placeholders; nothing can be corrected */
        is_masked: boolean
        reprocessing: {
          from: string
          /** ISO 8601, UTC */
          at: string
          by: string
        } | null
        metadata: {
        }
        warnings: string[]
        failure: {
          code: string
          reason: string
          stage: string | null
        } | null
        /** ISO 8601, UTC */
        received_at: string
        completed_at: string | null
        /** ISO 8601, UTC */
        updated_at: string
        /** Position in the order of change of the organisation */
        seq: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/assignment': {
    put: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        agent?: string | null
        team?: string | null
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        channel: 'voice' | 'chat'
        direction: 'inbound' | 'outbound' | 'internal' | null
        status: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
        source: string
        external_id: string | null
        /** Rises when it is sent again with other content, corrected, or transcribed once more */
        version: number
        /** ISO 8601, UTC */
        started_at: string
        ended_at: string | null
        duration_ms: number | null
        language: string | null
        sentiment: 'negative' | 'neutral' | 'positive' | null
        agent: {
          agent_id: string | null
          name: string | null
          email: string | null
          team: string | null
          department: string | null
        }
        customer: {
          ref: string | null
        }
        caller_number: string | null
        called_number: string | null
        tags: string[]
        reviewed_at: string | null
        reviewed_by: string | null
        /** Personal data was replaced by placeholders; nothing can be corrected */
        is_masked: boolean
        reprocessing: {
          from: string
          /** ISO 8601, UTC */
          at: string
          by: string
        } | null
        metadata: {
        }
        warnings: string[]
        failure: {
          code: string
          reason: string
          stage: string | null
        } | null
        /** ISO 8601, UTC */
        received_at: string
        completed_at: string | null
        /** ISO 8601, UTC */
        updated_at: string
        /** Position in the order of change of the organisation */
        seq: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/reprocess': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        from: 'transcribe' | 'analyse'
        /** A new transcript may take the place of one that people have corrected */
        replace_edits?: boolean
      } } }
      responses: { 202: { content: { 'application/json': {
        id: string
        channel: 'voice' | 'chat'
        direction: 'inbound' | 'outbound' | 'internal' | null
        status: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
        source: string
        external_id: string | null
        /** Rises when it is sent again with other content, corrected, or transcribed once more */
        version: number
        /** ISO 8601, UTC */
        started_at: string
        ended_at: string | null
        duration_ms: number | null
        language: string | null
        sentiment: 'negative' | 'neutral' | 'positive' | null
        agent: {
          agent_id: string | null
          name: string | null
          email: string | null
          team: string | null
          department: string | null
        }
        customer: {
          ref: string | null
        }
        caller_number: string | null
        called_number: string | null
        tags: string[]
        reviewed_at: string | null
        reviewed_by: string | null
        /** Personal data was replaced by placeholders; nothing can be corrected */
        is_masked: boolean
        reprocessing: {
          from: string
          /** ISO 8601, UTC */
          at: string
          by: string
        } | null
        metadata: {
        }
        warnings: string[]
        failure: {
          code: string
          reason: string
          stage: string | null
        } | null
        /** ISO 8601, UTC */
        received_at: string
        completed_at: string | null
        /** ISO 8601, UTC */
        updated_at: string
        /** Position in the order of change of the organisation */
        seq: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/bulk': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        action: 'tag' | 'untag' | 'reassign' | 'review' | 'unreview' | 'reprocess' | 'delete'
        ids: string[]
        /** Of `tag` and `untag` */
        tags?: string[]
        agent?: string | null
        team?: string | null
        from?: 'transcribe' | 'analyse'
        /** A new transcript may take the place of one that people have corrected */
        replace_edits?: boolean
      } } }
      responses: { 200: { content: { 'application/json': {
        changed: number
        /** They were so already */
        unchanged: number
        failed: number
        outcomes: ({
          id: string
          status: 'changed' | 'unchanged' | 'failed'
          error: {
            code: string
            message: string
          } | null
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/turns/{turn_id}': {
    patch: {
      parameters: { query?: never; path: { 'id': string; 'turn_id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Up to 20000 characters */
        text?: string
        language?: string | null
        /** Who of `participants` said it */
        participant_id?: string
        role?: 'agent' | 'customer' | 'bot' | 'third_party' | 'unknown'
      } } }
      responses: { 200: { content: { 'application/json': {
        transcript_revision: number
        /** False: it said so already */
        changed: boolean
        conversation: {
          id: string
          channel: 'voice' | 'chat'
          direction: 'inbound' | 'outbound' | 'internal' | null
          status: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
          source: string
          external_id: string | null
          /** Rises when it is sent again with other content, corrected, or transcribed once more */
          version: number
          /** ISO 8601, UTC */
          started_at: string
          ended_at: string | null
          duration_ms: number | null
          language: string | null
          sentiment: 'negative' | 'neutral' | 'positive' | null
          agent: {
            agent_id: string | null
            name: string | null
            email: string | null
            team: string | null
            department: string | null
          }
          customer: {
            ref: string | null
          }
          caller_number: string | null
          called_number: string | null
          tags: string[]
          reviewed_at: string | null
          reviewed_by: string | null
          /** Personal data was replaced by placeholders; nothing can be corrected */
          is_masked: boolean
          reprocessing: {
            from: string
            /** ISO 8601, UTC */
            at: string
            by: string
          } | null
          metadata: {
          }
          warnings: string[]
          failure: {
            code: string
            reason: string
            stage: string | null
          } | null
          /** ISO 8601, UTC */
          received_at: string
          completed_at: string | null
          /** ISO 8601, UTC */
          updated_at: string
          /** Position in the order of change of the organisation */
          seq: number
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/participants/{participant_id}': {
    patch: {
      parameters: { query?: never; path: { 'id': string; 'participant_id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        role: 'agent' | 'customer' | 'bot' | 'third_party' | 'unknown'
      } } }
      responses: { 200: { content: { 'application/json': {
        transcript_revision: number
        /** False: it said so already */
        changed: boolean
        conversation: {
          id: string
          channel: 'voice' | 'chat'
          direction: 'inbound' | 'outbound' | 'internal' | null
          status: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
          source: string
          external_id: string | null
          /** Rises when it is sent again with other content, corrected, or transcribed once more */
          version: number
          /** ISO 8601, UTC */
          started_at: string
          ended_at: string | null
          duration_ms: number | null
          language: string | null
          sentiment: 'negative' | 'neutral' | 'positive' | null
          agent: {
            agent_id: string | null
            name: string | null
            email: string | null
            team: string | null
            department: string | null
          }
          customer: {
            ref: string | null
          }
          caller_number: string | null
          called_number: string | null
          tags: string[]
          reviewed_at: string | null
          reviewed_by: string | null
          /** Personal data was replaced by placeholders; nothing can be corrected */
          is_masked: boolean
          reprocessing: {
            from: string
            /** ISO 8601, UTC */
            at: string
            by: string
          } | null
          metadata: {
          }
          warnings: string[]
          failure: {
            code: string
            reason: string
            stage: string | null
          } | null
          /** ISO 8601, UTC */
          received_at: string
          completed_at: string | null
          /** ISO 8601, UTC */
          updated_at: string
          /** Position in the order of change of the organisation */
          seq: number
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/swap-roles': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        transcript_revision: number
        /** False: it said so already */
        changed: boolean
        conversation: {
          id: string
          channel: 'voice' | 'chat'
          direction: 'inbound' | 'outbound' | 'internal' | null
          status: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
          source: string
          external_id: string | null
          /** Rises when it is sent again with other content, corrected, or transcribed once more */
          version: number
          /** ISO 8601, UTC */
          started_at: string
          ended_at: string | null
          duration_ms: number | null
          language: string | null
          sentiment: 'negative' | 'neutral' | 'positive' | null
          agent: {
            agent_id: string | null
            name: string | null
            email: string | null
            team: string | null
            department: string | null
          }
          customer: {
            ref: string | null
          }
          caller_number: string | null
          called_number: string | null
          tags: string[]
          reviewed_at: string | null
          reviewed_by: string | null
          /** Personal data was replaced by placeholders; nothing can be corrected */
          is_masked: boolean
          reprocessing: {
            from: string
            /** ISO 8601, UTC */
            at: string
            by: string
          } | null
          metadata: {
          }
          warnings: string[]
          failure: {
            code: string
            reason: string
            stage: string | null
          } | null
          /** ISO 8601, UTC */
          received_at: string
          completed_at: string | null
          /** ISO 8601, UTC */
          updated_at: string
          /** Position in the order of change of the organisation */
          seq: number
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/transcript/restore': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        revision: number
      } } }
      responses: { 200: { content: { 'application/json': {
        transcript_revision: number
        /** False: it said so already */
        changed: boolean
        conversation: {
          id: string
          channel: 'voice' | 'chat'
          direction: 'inbound' | 'outbound' | 'internal' | null
          status: 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
          source: string
          external_id: string | null
          /** Rises when it is sent again with other content, corrected, or transcribed once more */
          version: number
          /** ISO 8601, UTC */
          started_at: string
          ended_at: string | null
          duration_ms: number | null
          language: string | null
          sentiment: 'negative' | 'neutral' | 'positive' | null
          agent: {
            agent_id: string | null
            name: string | null
            email: string | null
            team: string | null
            department: string | null
          }
          customer: {
            ref: string | null
          }
          caller_number: string | null
          called_number: string | null
          tags: string[]
          reviewed_at: string | null
          reviewed_by: string | null
          /** Personal data was replaced by placeholders; nothing can be corrected */
          is_masked: boolean
          reprocessing: {
            from: string
            /** ISO 8601, UTC */
            at: string
            by: string
          } | null
          metadata: {
          }
          warnings: string[]
          failure: {
            code: string
            reason: string
            stage: string | null
          } | null
          /** ISO 8601, UTC */
          received_at: string
          completed_at: string | null
          /** ISO 8601, UTC */
          updated_at: string
          /** Position in the order of change of the organisation */
          seq: number
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/transcript/revisions': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        revisions: ({
          revision: number
          is_current: boolean
          /** `asr`: recognised, `import`: sent, `edited`: corrected by a person */
          source: string
          engine: {
          } | null
          created_at: string
          created_by: string | null
          created_by_name: string | null
          edit: {
          } | null
          turn_count: number
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/transcript/revisions/{revision}': {
    get: {
      parameters: { query?: never; path: { 'id': string; 'revision': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        revision: number
        source: string
        engine: {
        } | null
        created_at: string
        created_by: string | null
        edit: {
        } | null
        participants: {
        }[]
        turns: ({
          id: string
          index: number
          participant_id: string
          role: string
          start_ms: number
          end_ms: number
          text: string
          language: string | null
          language_confidence: number | null
          confidence: number | null
          sentiment: {
            label: string
            score: number
            confidence: number
          } | null
          /** A person corrected it */
          edited?: true
          sentiment_reason?: string | null
          words: ({
            w: string
            s: number
            e: number
            c: number | null
          })[]
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/analyses': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        analyses: ({
          id: string
          is_current: boolean
          transcript_revision: number
          sentiment: string | null
          provenance: {
          }
          created_at: string
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/analyses/{analysis_id}': {
    get: {
      parameters: { query?: never; path: { 'id': string; 'analysis_id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        transcript_revision: number
        provenance: {
        }
        turns: {
        }[]
        languages: {
        }[]
        sentiment: {
        }
        keywords: {
        }
        summary: {
        }
        metrics: Record<string, {
        }>
        created_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/comments': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        comments: ({
          id: string
          conversation_id: string
          parent_id: string | null
          turn_id: string | null
          start_ms: number | null
          author: {
            /** `user:…` or `key:…` */
            actor: string
            name: string | null
          }
          body: string | null
          mentions: ({
            kind: string
            id: string
            name: string | null
          })[]
          likes: number
          /** By you */
          liked: boolean
          created_at: string
          edited_at: string | null
          deleted_at: string | null
          resolved: {
            at: string
            by: {
              /** `user:…` or `key:…` */
              actor: string
              name: string | null
            }
          } | null
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Plain text of up to 5000 characters. `@[user:<id>]`, `@[agent:<id>]` and `@` with an address mention somebody. */
        body: string
        /** The turn that it is about */
        turn_id?: string
        /** The comment that it answers */
        parent_id?: string
      } } }
      responses: { 201: { content: { 'application/json': {
        id: string
        conversation_id: string
        parent_id: string | null
        turn_id: string | null
        start_ms: number | null
        author: {
          /** `user:…` or `key:…` */
          actor: string
          name: string | null
        }
        body: string | null
        mentions: ({
          kind: string
          id: string
          name: string | null
        })[]
        likes: number
        /** By you */
        liked: boolean
        created_at: string
        edited_at: string | null
        deleted_at: string | null
        resolved: {
          at: string
          by: {
            /** `user:…` or `key:…` */
            actor: string
            name: string | null
          }
        } | null
        /** Who is mentioned and may not see this conversation */
        not_told: string[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/comments/{id}': {
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Plain text of up to 5000 characters. `@[user:<id>]`, `@[agent:<id>]` and `@` with an address mention somebody. */
        body: string
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        conversation_id: string
        parent_id: string | null
        turn_id: string | null
        start_ms: number | null
        author: {
          /** `user:…` or `key:…` */
          actor: string
          name: string | null
        }
        body: string | null
        mentions: ({
          kind: string
          id: string
          name: string | null
        })[]
        likes: number
        /** By you */
        liked: boolean
        created_at: string
        edited_at: string | null
        deleted_at: string | null
        resolved: {
          at: string
          by: {
            /** `user:…` or `key:…` */
            actor: string
            name: string | null
          }
        } | null
        /** Who is mentioned and may not see this conversation */
        not_told: string[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/comments/{id}/history': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        edits: {
          body: string
          until: string
        }[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/comments/{id}/resolve': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        conversation_id: string
        parent_id: string | null
        turn_id: string | null
        start_ms: number | null
        author: {
          /** `user:…` or `key:…` */
          actor: string
          name: string | null
        }
        body: string | null
        mentions: ({
          kind: string
          id: string
          name: string | null
        })[]
        likes: number
        /** By you */
        liked: boolean
        created_at: string
        edited_at: string | null
        deleted_at: string | null
        resolved: {
          at: string
          by: {
            /** `user:…` or `key:…` */
            actor: string
            name: string | null
          }
        } | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/comments/{id}/reopen': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        conversation_id: string
        parent_id: string | null
        turn_id: string | null
        start_ms: number | null
        author: {
          /** `user:…` or `key:…` */
          actor: string
          name: string | null
        }
        body: string | null
        mentions: ({
          kind: string
          id: string
          name: string | null
        })[]
        likes: number
        /** By you */
        liked: boolean
        created_at: string
        edited_at: string | null
        deleted_at: string | null
        resolved: {
          at: string
          by: {
            /** `user:…` or `key:…` */
            actor: string
            name: string | null
          }
        } | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/comments/{id}/like': {
    put: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        conversation_id: string
        parent_id: string | null
        turn_id: string | null
        start_ms: number | null
        author: {
          /** `user:…` or `key:…` */
          actor: string
          name: string | null
        }
        body: string | null
        mentions: ({
          kind: string
          id: string
          name: string | null
        })[]
        likes: number
        /** By you */
        liked: boolean
        created_at: string
        edited_at: string | null
        deleted_at: string | null
        resolved: {
          at: string
          by: {
            /** `user:…` or `key:…` */
            actor: string
            name: string | null
          }
        } | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        conversation_id: string
        parent_id: string | null
        turn_id: string | null
        start_ms: number | null
        author: {
          /** `user:…` or `key:…` */
          actor: string
          name: string | null
        }
        body: string | null
        mentions: ({
          kind: string
          id: string
          name: string | null
        })[]
        likes: number
        /** By you */
        liked: boolean
        created_at: string
        edited_at: string | null
        deleted_at: string | null
        resolved: {
          at: string
          by: {
            /** `user:…` or `key:…` */
            actor: string
            name: string | null
          }
        } | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/agents/{id}/coaching-notes': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        coaching_notes: ({
          id: string
          agent_id: string
          author: {
            /** `user:…` or `key:…` */
            actor: string
            name: string | null
          }
          /** `praise`: to keep doing; `advice`: to try */
          kind: 'praise' | 'advice'
          /** Plain text */
          text: string
          /** What it is about; null, too, where you may not see that conversation, or it was deleted */
          moment: {
            conversation_id: string
            channel: string
            started_at: string
            at_ms: number | null
          } | null
          /** Whether the agent sees it */
          is_shared: boolean
          read_at: string | null
          reply: string | null
          created_at: string
          updated_at: string
          /** For `If-Match` */
          revision: number
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** `praise`: to keep doing; `advice`: to try */
        kind: 'praise' | 'advice'
        /** Plain text of up to 5000 characters */
        text: string
        conversation_id?: string | null
        at_ms?: number | null
        /** Whether the agent sees it; true, unless it says false */
        is_shared?: boolean
      } } }
      responses: { 201: { content: { 'application/json': {
        id: string
        agent_id: string
        author: {
          /** `user:…` or `key:…` */
          actor: string
          name: string | null
        }
        /** `praise`: to keep doing; `advice`: to try */
        kind: 'praise' | 'advice'
        /** Plain text */
        text: string
        /** What it is about; null, too, where you may not see that conversation, or it was deleted */
        moment: {
          conversation_id: string
          channel: string
          started_at: string
          at_ms: number | null
        } | null
        /** Whether the agent sees it */
        is_shared: boolean
        read_at: string | null
        reply: string | null
        created_at: string
        updated_at: string
        /** For `If-Match` */
        revision: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/agents/{id}/coaching-notes/{note_id}': {
    patch: {
      parameters: { query?: never; path: { 'id': string; 'note_id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** `praise`: to keep doing; `advice`: to try */
        kind?: 'praise' | 'advice'
        /** Plain text of up to 5000 characters */
        text?: string
        conversation_id?: string | null
        at_ms?: number | null
        /** Whether the agent sees it; true, unless it says false */
        is_shared?: boolean
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        agent_id: string
        author: {
          /** `user:…` or `key:…` */
          actor: string
          name: string | null
        }
        /** `praise`: to keep doing; `advice`: to try */
        kind: 'praise' | 'advice'
        /** Plain text */
        text: string
        /** What it is about; null, too, where you may not see that conversation, or it was deleted */
        moment: {
          conversation_id: string
          channel: string
          started_at: string
          at_ms: number | null
        } | null
        /** Whether the agent sees it */
        is_shared: boolean
        read_at: string | null
        reply: string | null
        created_at: string
        updated_at: string
        /** For `If-Match` */
        revision: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string; 'note_id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/agents/{id}/coaching-notes/{note_id}/read': {
    post: {
      parameters: { query?: never; path: { 'id': string; 'note_id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** A word of your own */
        reply?: string
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        agent_id: string
        author: {
          /** `user:…` or `key:…` */
          actor: string
          name: string | null
        }
        /** `praise`: to keep doing; `advice`: to try */
        kind: 'praise' | 'advice'
        /** Plain text */
        text: string
        /** What it is about; null, too, where you may not see that conversation, or it was deleted */
        moment: {
          conversation_id: string
          channel: string
          started_at: string
          at_ms: number | null
        } | null
        /** Whether the agent sees it */
        is_shared: boolean
        read_at: string | null
        reply: string | null
        created_at: string
        updated_at: string
        /** For `If-Match` */
        revision: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/notifications': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string; 'unread'?: boolean }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        notifications: ({
          id: string
          kind: 'mention' | 'reply' | 'coaching' | 'coaching_reply'
          conversation_id: string | null
          comment_id: string | null
          coaching_note_id: string | null
          agent_id: string | null
          by: {
            actor: string
            name: string | null
          }
          turn_id: string | null
          start_ms: number | null
          excerpt: string | null
          created_at: string
          read_at: string | null
        })[]
        unread: number
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/notifications/{id}': {
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        read: boolean
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        kind: 'mention' | 'reply' | 'coaching' | 'coaching_reply'
        conversation_id: string | null
        comment_id: string | null
        coaching_note_id: string | null
        agent_id: string | null
        by: {
          actor: string
          name: string | null
        }
        turn_id: string | null
        start_ms: number | null
        excerpt: string | null
        created_at: string
        read_at: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/notifications/read-all': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        marked: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/me/notification-preferences': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        mail: 'real_time' | 'daily' | 'none'
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        mail: 'real_time' | 'daily' | 'none'
      } } }
      responses: { 200: { content: { 'application/json': {
        mail: 'real_time' | 'daily' | 'none'
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/annotations': {
    get: {
      parameters: { query?: { 'kinds'?: string }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        conversation_id: string
        /** Of the transcript that they were computed from */
        revision: number
        duration_ms: number
        annotations: ({
          kind: 'speech' | 'silence' | 'dead_air' | 'hold' | 'overtalk' | 'interruption'
          start_ms: number
          end_ms: number
          channel_index: number | null
          participant_id: string | null
          turn_ids: string[]
        })[]
        /** Why there are none of a kind, where that cannot be known */
        missing: Record<string, string>
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversation-metrics': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        metrics: ({
          id: string
          /** As in `metrics` of a conversation */
          formula: string
          unit: string
          /** A: speech of agents, C: of customers, H: hold, D: duration, |X|: the length of X */
          definition: string
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/events': {
    get: {
      parameters: { query?: { 'after'?: number; 'limit'?: number; 'types'?: string; 'filter'?: string; 'conversation_id'?: string; 'wait_s'?: number; 'format'?: 'json' | 'cloudevents' }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        events: {
          /** The same at each attempt, on each channel and in the log */
          id: string
          type: string
          /** `type` again */
          event: string
          /** `type` with an underscore: `call_completed` */
          event_type: string
          timestamp: string
          /** Of the data */
          api_version: string
          org_id: string
          /** Rises with each event of the organisation, and with changes that are no events. Order by it. */
          seq: number
          /** `seq` of the event before in the organisation; 0 at the first. Numbers between the two were no events */
          previous_seq: number
          /** See docs/events.md */
          data: {
          }
        }[]
        next_after: number
        has_more: boolean
        /** Of the newest event */
        highest_seq: number
      }; 'application/cloudevents-batch+json': {
        events: {
          /** The same at each attempt, on each channel and in the log */
          id: string
          type: string
          /** `type` again */
          event: string
          /** `type` with an underscore: `call_completed` */
          event_type: string
          timestamp: string
          /** Of the data */
          api_version: string
          org_id: string
          /** Rises with each event of the organisation, and with changes that are no events. Order by it. */
          seq: number
          /** `seq` of the event before in the organisation; 0 at the first. Numbers between the two were no events */
          previous_seq: number
          /** See docs/events.md */
          data: {
          }
        }[]
        next_after: number
        has_more: boolean
        /** Of the newest event */
        highest_seq: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/events/{id}': {
    get: {
      parameters: { query?: { 'format'?: 'json' | 'cloudevents' }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        /** The same at each attempt, on each channel and in the log */
        id: string
        type: string
        /** `type` again */
        event: string
        /** `type` with an underscore: `call_completed` */
        event_type: string
        timestamp: string
        /** Of the data */
        api_version: string
        org_id: string
        /** Rises with each event of the organisation, and with changes that are no events. Order by it. */
        seq: number
        /** `seq` of the event before in the organisation; 0 at the first. Numbers between the two were no events */
        previous_seq: number
        /** See docs/events.md */
        data: {
        }
      }; 'application/cloudevents+json': {
        /** The same at each attempt, on each channel and in the log */
        id: string
        type: string
        /** `type` again */
        event: string
        /** `type` with an underscore: `call_completed` */
        event_type: string
        timestamp: string
        /** Of the data */
        api_version: string
        org_id: string
        /** Rises with each event of the organisation, and with changes that are no events. Order by it. */
        seq: number
        /** `seq` of the event before in the organisation; 0 at the first. Numbers between the two were no events */
        previous_seq: number
        /** See docs/events.md */
        data: {
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/events/{id}/payload': {
    get: {
      parameters: { query: { 'org_id': string; 'expires': number; 'signature': string }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/stream': {
    get: {
      parameters: { query?: { 'after'?: number; 'types'?: string; 'filter'?: string; 'conversation_id'?: string; 'ticket'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'text/event-stream': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/stream/tickets': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 201: { content: { 'application/json': {
        ticket: string
        expires_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/webhooks': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Of a broker: in `settings` */
        url?: string
        /** Event types, `call.*`, `chat.*` or `*` */
        events: string[]
        name?: string | null
        filter?: string | null
        /** CloudEvents 1.0: binary mode over http, structured mode over brokers */
        format?: 'plain' | 'cloudevents'
        ordering?: 'conversation' | 'all' | null
        /** Deliveries a second, default 20; null: as fast as it answers, four at a time */
        rate_per_s?: number | null
        retry_waits_s?: number[] | null
        headers?: Record<string, string> | null
        /** `v1a`: an Ed25519 signature beside the usual one */
        signature?: ('v1' | 'v1a')[]
        client_certificate?: {
          certificate: string
          key: string
        } | null
        /** Of a broker: docs/brokers.md */
        settings?: {
          /** nats://, tls:// (NATS); amqp://, amqps:// (RabbitMQ); kafka://, kafkas:// (Kafka). Several hosts by commas. */
          url?: string
          /** User name. */
          user?: string | null
          /** Shown never again. */
          password?: string | null
          /** NATS: a token instead of user and password. */
          token?: string | null
          /** NATS: the seed of a user key, SU…. */
          nkey_seed?: string | null
          /** NATS: the text of a .creds file. */
          credentials?: string | null
          /** NATS: default indaba.{org}.{type}. */
          subject?: string | null
          /** NATS: the stream that must take the messages. */
          stream?: string | null
          /** NATS: makes the stream where none takes the subject. */
          create_stream?: boolean
          /** RabbitMQ: default /. */
          vhost?: string | null
          /** RabbitMQ: default amq.topic; an empty one means that the routing key names a queue. */
          exchange?: string | null
          /** RabbitMQ: default indaba.{org}.{type}. */
          routing_key?: string | null
          /** Kafka: plain, scram-sha-256 or scram-sha-512; default scram-sha-512 where there is a user. */
          mechanism?: string | null
          /** Kafka: default indaba-events. {org}, {type} and {key} are filled in, as in subject and routing_key. */
          topic?: string | null
          /** PEM: an authority that is trusted beside the well-known ones. */
          ca_certificate?: string | null
        }
        /** Absent: one is made and shown once */
        secret?: string
        /** Default `vela` */
        style?: 'vela' | 'vbot'
        /** Default `http` */
        kind?: 'http' | 'nats' | 'rabbitmq' | 'kafka'
        /** Nothing is sent before the receiver has answered a challenge */
        verify?: boolean
      } } }
      responses: { 200: { content: { 'application/json': {
        webhook_id: string
        name: string | null
        kind: 'http' | 'nats' | 'rabbitmq' | 'kafka'
        url: string
        events: string[]
        filter: string | null
        style: 'vela' | 'vbot'
        format: 'plain' | 'cloudevents'
        ordering: 'conversation' | 'all' | null
        rate_per_s: number | null
        retry_waits_s: number[] | null
        headers: Record<string, '***'>
        signature: ('v1' | 'v1a')[]
        public_key: string | null
        client_certificate: {
          subject: string
          issuer: string
          fingerprint: string
          expires_at: string
          is_expired: boolean
        } | null
        settings: {
        } | null
        status: 'active' | 'paused' | 'disabled' | 'unverified'
        status_reason: string | null
        status_at: string
        verified_at: string | null
        health: {
          breaker: 'closed' | 'open' | 'half_open'
          open_until: string | null
          blocked_until: string | null
          failing_since: string | null
          /** In a row */
          failures: number
          last_success_at: string | null
          waiting: number | '10000+'
          /** What waits while it is not active */
          held: number | '10000+'
        }
        /** For `If-Match` */
        revision: number
        created_at: string
        updated_at: string
        /** Where a challenge was sent */
        verification?: {
          ok: boolean
          reason: string | null
        }
        /** Shown this once */
        secret: string
        warnings?: string[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        webhooks: ({
          webhook_id: string
          name: string | null
          kind: 'http' | 'nats' | 'rabbitmq' | 'kafka'
          url: string
          events: string[]
          filter: string | null
          style: 'vela' | 'vbot'
          format: 'plain' | 'cloudevents'
          ordering: 'conversation' | 'all' | null
          rate_per_s: number | null
          retry_waits_s: number[] | null
          headers: Record<string, '***'>
          signature: ('v1' | 'v1a')[]
          public_key: string | null
          client_certificate: {
            subject: string
            issuer: string
            fingerprint: string
            expires_at: string
            is_expired: boolean
          } | null
          settings: {
          } | null
          status: 'active' | 'paused' | 'disabled' | 'unverified'
          status_reason: string | null
          status_at: string
          verified_at: string | null
          health: {
            breaker: 'closed' | 'open' | 'half_open'
            open_until: string | null
            blocked_until: string | null
            failing_since: string | null
            /** In a row */
            failures: number
            last_success_at: string | null
            waiting: number | '10000+'
            /** What waits while it is not active */
            held: number | '10000+'
          }
          /** For `If-Match` */
          revision: number
          created_at: string
          updated_at: string
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/webhooks/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        webhook_id: string
        name: string | null
        kind: 'http' | 'nats' | 'rabbitmq' | 'kafka'
        url: string
        events: string[]
        filter: string | null
        style: 'vela' | 'vbot'
        format: 'plain' | 'cloudevents'
        ordering: 'conversation' | 'all' | null
        rate_per_s: number | null
        retry_waits_s: number[] | null
        headers: Record<string, '***'>
        signature: ('v1' | 'v1a')[]
        public_key: string | null
        client_certificate: {
          subject: string
          issuer: string
          fingerprint: string
          expires_at: string
          is_expired: boolean
        } | null
        settings: {
        } | null
        status: 'active' | 'paused' | 'disabled' | 'unverified'
        status_reason: string | null
        status_at: string
        verified_at: string | null
        health: {
          breaker: 'closed' | 'open' | 'half_open'
          open_until: string | null
          blocked_until: string | null
          failing_since: string | null
          /** In a row */
          failures: number
          last_success_at: string | null
          waiting: number | '10000+'
          /** What waits while it is not active */
          held: number | '10000+'
        }
        /** For `If-Match` */
        revision: number
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Of a broker: in `settings` */
        url?: string
        /** Event types, `call.*`, `chat.*` or `*` */
        events?: string[]
        name?: string | null
        filter?: string | null
        /** CloudEvents 1.0: binary mode over http, structured mode over brokers */
        format?: 'plain' | 'cloudevents'
        ordering?: 'conversation' | 'all' | null
        /** Deliveries a second, default 20; null: as fast as it answers, four at a time */
        rate_per_s?: number | null
        retry_waits_s?: number[] | null
        headers?: Record<string, string> | null
        /** `v1a`: an Ed25519 signature beside the usual one */
        signature?: ('v1' | 'v1a')[]
        client_certificate?: {
          certificate: string
          key: string
        } | null
        /** Of a broker: docs/brokers.md */
        settings?: {
          /** nats://, tls:// (NATS); amqp://, amqps:// (RabbitMQ); kafka://, kafkas:// (Kafka). Several hosts by commas. */
          url?: string
          /** User name. */
          user?: string | null
          /** Shown never again. */
          password?: string | null
          /** NATS: a token instead of user and password. */
          token?: string | null
          /** NATS: the seed of a user key, SU…. */
          nkey_seed?: string | null
          /** NATS: the text of a .creds file. */
          credentials?: string | null
          /** NATS: default indaba.{org}.{type}. */
          subject?: string | null
          /** NATS: the stream that must take the messages. */
          stream?: string | null
          /** NATS: makes the stream where none takes the subject. */
          create_stream?: boolean
          /** RabbitMQ: default /. */
          vhost?: string | null
          /** RabbitMQ: default amq.topic; an empty one means that the routing key names a queue. */
          exchange?: string | null
          /** RabbitMQ: default indaba.{org}.{type}. */
          routing_key?: string | null
          /** Kafka: plain, scram-sha-256 or scram-sha-512; default scram-sha-512 where there is a user. */
          mechanism?: string | null
          /** Kafka: default indaba-events. {org}, {type} and {key} are filled in, as in subject and routing_key. */
          topic?: string | null
          /** PEM: an authority that is trusted beside the well-known ones. */
          ca_certificate?: string | null
        }
      } } }
      responses: { 200: { content: { 'application/json': {
        webhook_id: string
        name: string | null
        kind: 'http' | 'nats' | 'rabbitmq' | 'kafka'
        url: string
        events: string[]
        filter: string | null
        style: 'vela' | 'vbot'
        format: 'plain' | 'cloudevents'
        ordering: 'conversation' | 'all' | null
        rate_per_s: number | null
        retry_waits_s: number[] | null
        headers: Record<string, '***'>
        signature: ('v1' | 'v1a')[]
        public_key: string | null
        client_certificate: {
          subject: string
          issuer: string
          fingerprint: string
          expires_at: string
          is_expired: boolean
        } | null
        settings: {
        } | null
        status: 'active' | 'paused' | 'disabled' | 'unverified'
        status_reason: string | null
        status_at: string
        verified_at: string | null
        health: {
          breaker: 'closed' | 'open' | 'half_open'
          open_until: string | null
          blocked_until: string | null
          failing_since: string | null
          /** In a row */
          failures: number
          last_success_at: string | null
          waiting: number | '10000+'
          /** What waits while it is not active */
          held: number | '10000+'
        }
        /** For `If-Match` */
        revision: number
        created_at: string
        updated_at: string
        /** Where a challenge was sent */
        verification?: {
          ok: boolean
          reason: string | null
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/webhooks/{id}/verify': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        webhook_id: string
        name: string | null
        kind: 'http' | 'nats' | 'rabbitmq' | 'kafka'
        url: string
        events: string[]
        filter: string | null
        style: 'vela' | 'vbot'
        format: 'plain' | 'cloudevents'
        ordering: 'conversation' | 'all' | null
        rate_per_s: number | null
        retry_waits_s: number[] | null
        headers: Record<string, '***'>
        signature: ('v1' | 'v1a')[]
        public_key: string | null
        client_certificate: {
          subject: string
          issuer: string
          fingerprint: string
          expires_at: string
          is_expired: boolean
        } | null
        settings: {
        } | null
        status: 'active' | 'paused' | 'disabled' | 'unverified'
        status_reason: string | null
        status_at: string
        verified_at: string | null
        health: {
          breaker: 'closed' | 'open' | 'half_open'
          open_until: string | null
          blocked_until: string | null
          failing_since: string | null
          /** In a row */
          failures: number
          last_success_at: string | null
          waiting: number | '10000+'
          /** What waits while it is not active */
          held: number | '10000+'
        }
        /** For `If-Match` */
        revision: number
        created_at: string
        updated_at: string
        verification: {
          ok: boolean
          reason: string | null
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/webhooks/{id}/test': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        ok: boolean
        /** The `webhook-id` that it had */
        event_id: string
        sent_at: string
        duration_ms: number
        status_code: number | null
        error: string | null
        response: string | null
        response_headers: {
        } | null
        timings: {
        } | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/webhooks/test-filter': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        events: string[]
        filter: string
      } } }
      responses: { 200: { content: { 'application/json': {
        looked_at: number
        matched: number
        samples: {
        }[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/webhooks/{id}/pause': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        reason?: string
      } } }
      responses: { 200: { content: { 'application/json': {
        webhook_id: string
        name: string | null
        kind: 'http' | 'nats' | 'rabbitmq' | 'kafka'
        url: string
        events: string[]
        filter: string | null
        style: 'vela' | 'vbot'
        format: 'plain' | 'cloudevents'
        ordering: 'conversation' | 'all' | null
        rate_per_s: number | null
        retry_waits_s: number[] | null
        headers: Record<string, '***'>
        signature: ('v1' | 'v1a')[]
        public_key: string | null
        client_certificate: {
          subject: string
          issuer: string
          fingerprint: string
          expires_at: string
          is_expired: boolean
        } | null
        settings: {
        } | null
        status: 'active' | 'paused' | 'disabled' | 'unverified'
        status_reason: string | null
        status_at: string
        verified_at: string | null
        health: {
          breaker: 'closed' | 'open' | 'half_open'
          open_until: string | null
          blocked_until: string | null
          failing_since: string | null
          /** In a row */
          failures: number
          last_success_at: string | null
          waiting: number | '10000+'
          /** What waits while it is not active */
          held: number | '10000+'
        }
        /** For `If-Match` */
        revision: number
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/webhooks/{id}/resume': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Default `send` */
        held?: 'send' | 'discard'
        /** With `send`: what was held before this time is discarded */
        since?: string
      } } }
      responses: { 200: { content: { 'application/json': {
        webhook_id: string
        name: string | null
        kind: 'http' | 'nats' | 'rabbitmq' | 'kafka'
        url: string
        events: string[]
        filter: string | null
        style: 'vela' | 'vbot'
        format: 'plain' | 'cloudevents'
        ordering: 'conversation' | 'all' | null
        rate_per_s: number | null
        retry_waits_s: number[] | null
        headers: Record<string, '***'>
        signature: ('v1' | 'v1a')[]
        public_key: string | null
        client_certificate: {
          subject: string
          issuer: string
          fingerprint: string
          expires_at: string
          is_expired: boolean
        } | null
        settings: {
        } | null
        status: 'active' | 'paused' | 'disabled' | 'unverified'
        status_reason: string | null
        status_at: string
        verified_at: string | null
        health: {
          breaker: 'closed' | 'open' | 'half_open'
          open_until: string | null
          blocked_until: string | null
          failing_since: string | null
          /** In a row */
          failures: number
          last_success_at: string | null
          waiting: number | '10000+'
          /** What waits while it is not active */
          held: number | '10000+'
        }
        /** For `If-Match` */
        revision: number
        created_at: string
        updated_at: string
        /** What is sent now */
        held: number | '10000+'
        /** What will never be sent; the log has it */
        discarded: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/webhooks/{id}/enable': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Default `send` */
        held?: 'send' | 'discard'
        /** With `send`: what was held before this time is discarded */
        since?: string
      } } }
      responses: { 200: { content: { 'application/json': {
        webhook_id: string
        name: string | null
        kind: 'http' | 'nats' | 'rabbitmq' | 'kafka'
        url: string
        events: string[]
        filter: string | null
        style: 'vela' | 'vbot'
        format: 'plain' | 'cloudevents'
        ordering: 'conversation' | 'all' | null
        rate_per_s: number | null
        retry_waits_s: number[] | null
        headers: Record<string, '***'>
        signature: ('v1' | 'v1a')[]
        public_key: string | null
        client_certificate: {
          subject: string
          issuer: string
          fingerprint: string
          expires_at: string
          is_expired: boolean
        } | null
        settings: {
        } | null
        status: 'active' | 'paused' | 'disabled' | 'unverified'
        status_reason: string | null
        status_at: string
        verified_at: string | null
        health: {
          breaker: 'closed' | 'open' | 'half_open'
          open_until: string | null
          blocked_until: string | null
          failing_since: string | null
          /** In a row */
          failures: number
          last_success_at: string | null
          waiting: number | '10000+'
          /** What waits while it is not active */
          held: number | '10000+'
        }
        /** For `If-Match` */
        revision: number
        created_at: string
        updated_at: string
        /** What is sent now */
        held: number | '10000+'
        /** What will never be sent; the log has it */
        discarded: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/webhooks/{id}/secrets': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Absent: one is made and shown once */
        secret?: string
        /** How long the present one goes on to sign; default 24 */
        overlap_hours?: number
      } } }
      responses: { 201: { content: { 'application/json': {
        secret: string
        former: {
          secret_id: string
          replaced_at: string
          expires_at: string
        }[]
        warnings?: string[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        former: {
          secret_id: string
          replaced_at: string
          expires_at: string
        }[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/webhooks/{id}/secrets/{secret_id}': {
    delete: {
      parameters: { query?: never; path: { 'id': string; 'secret_id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/webhooks/{id}/deliveries': {
    get: {
      parameters: { query?: { 'limit'?: number; 'offset'?: number; 'cursor'?: string; 'status'?: 'pending' | 'held' | 'delivered' | 'dead' | 'discarded' }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/webhooks/{id}/deliveries/{delivery_id}': {
    get: {
      parameters: { query?: never; path: { 'id': string; 'delivery_id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/webhooks/{id}/figures': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        webhook_id: string
        since: string
        delivered: number
        dead: number
        discarded: number
        /** Made for these, and for what is to be tried again */
        attempts: number
        /** 0 to 1: of what is over, on any attempt */
        success_share: number | null
        /** From the event to the 2xx of the receiver, replays left out */
        latency_ms: {
          p50: number
          p99: number
        } | null
        waiting: number | '10000+'
        held: number | '10000+'
        /** There were more than 10000: these figures are of the newest ones */
        is_sample: boolean
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/dead-letters': {
    get: {
      parameters: { query?: { 'endpoint_id'?: string; 'fingerprint'?: string; 'event_type'?: string; 'since'?: string; 'until'?: string; 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        dead_letters: ({
          delivery_id: string
          endpoint_id: string
          event_id: string | null
          event: string | null
          seq: number
          event_at: string
          fingerprint: string
          error: string | null
          status_code: number | null
          attempt_count: number
          is_edited: boolean
          replayed_by: string | null
          died_at: string
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/dead-letters/groups': {
    get: {
      parameters: { query?: { 'endpoint_id'?: string; 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        groups: ({
          endpoint_id: string
          fingerprint: string
          count: number | '10000+'
          oldest_at: string
          newest_at: string
          example: {
            delivery_id: string
            error: string | null
            status_code: number | null
          }
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/dead-letters/{delivery_id}': {
    get: {
      parameters: { query?: never; path: { 'delivery_id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/dead-letters/{delivery_id}/replay': {
    post: {
      parameters: { query?: never; path: { 'delivery_id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** In place of the event's data, whole, for this delivery; see docs/events.md */
        data?: unknown
        /** Also when it was delivered */
        again?: boolean
      } } }
      responses: { 202: { content: { 'application/json': {
        delivery_id: string
        /** Its `webhook-id`, the same as before */
        event_id: string
        /** `held`: the endpoint is not active */
        status: 'pending' | 'held'
        replayed_by: string
        /** Fields of the data that differ from what was sent before */
        changed: string[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/webhooks/{id}/deliveries/{delivery_id}/replay': {
    post: {
      parameters: { query?: never; path: { 'id': string; 'delivery_id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** In place of the event's data, whole, for this delivery; see docs/events.md */
        data?: unknown
        /** Also when it was delivered */
        again?: boolean
      } } }
      responses: { 202: { content: { 'application/json': {
        delivery_id: string
        /** Its `webhook-id`, the same as before */
        event_id: string
        /** `held`: the endpoint is not active */
        status: 'pending' | 'held'
        replayed_by: string
        /** Fields of the data that differ from what was sent before */
        changed: string[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/dead-letters/{delivery_id}/discard': {
    post: {
      parameters: { query?: never; path: { 'delivery_id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        reason: string
      } } }
      responses: { 200: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/dead-letters/replay': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** `webhook_id` of an endpoint */
        endpoint_id?: string
        /** As the groups tell it */
        fingerprint?: string
        /** One or more, separated by commas; `call.*` */
        event_type?: string
        /** Died at this time or later */
        since?: string
        /** Died before this time */
        until?: string
        /** Must be true where nothing else says which are meant */
        all?: boolean
        /** Only tells how many there are */
        dry_run?: boolean
        /** Default 10; each endpoint's own holds too */
        rate_per_s?: number
      } } }
      responses: { 200: { content: { 'application/json': {
        dry_run: true
        count: number
        /** At this rate, where the endpoints take it */
        expected_s: number
      } } }; 202: { content: { 'application/json': {
        replay_id: string
        action: 'replay' | 'discard'
        state: 'running' | 'done' | 'cancelled' | 'failed'
        filters: {
        }
        rate_per_s: number | null
        reason: string | null
        /** When it was asked for */
        total: number
        /** Of a replay: put in the queue */
        done: number
        /** Their event or conversation is gone */
        skipped: number
        requested_by: string
        created_at: string
        finished_at: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/dead-letters/discard': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** `webhook_id` of an endpoint */
        endpoint_id?: string
        /** As the groups tell it */
        fingerprint?: string
        /** One or more, separated by commas; `call.*` */
        event_type?: string
        /** Died at this time or later */
        since?: string
        /** Died before this time */
        until?: string
        /** Must be true where nothing else says which are meant */
        all?: boolean
        /** Only tells how many there are */
        dry_run?: boolean
        reason?: string
      } } }
      responses: { 200: { content: { 'application/json': {
        dry_run: true
        count: number
        /** At this rate, where the endpoints take it */
        expected_s: number
      } } }; 202: { content: { 'application/json': {
        replay_id: string
        action: 'replay' | 'discard'
        state: 'running' | 'done' | 'cancelled' | 'failed'
        filters: {
        }
        rate_per_s: number | null
        reason: string | null
        /** When it was asked for */
        total: number
        /** Of a replay: put in the queue */
        done: number
        /** Their event or conversation is gone */
        skipped: number
        requested_by: string
        created_at: string
        finished_at: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/replays': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        replays: ({
          replay_id: string
          action: 'replay' | 'discard'
          state: 'running' | 'done' | 'cancelled' | 'failed'
          filters: {
          }
          rate_per_s: number | null
          reason: string | null
          /** When it was asked for */
          total: number
          /** Of a replay: put in the queue */
          done: number
          /** Their event or conversation is gone */
          skipped: number
          requested_by: string
          created_at: string
          finished_at: string | null
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/replays/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        replay_id: string
        action: 'replay' | 'discard'
        state: 'running' | 'done' | 'cancelled' | 'failed'
        filters: {
        }
        rate_per_s: number | null
        reason: string | null
        /** When it was asked for */
        total: number
        /** Of a replay: put in the queue */
        done: number
        /** Their event or conversation is gone */
        skipped: number
        requested_by: string
        created_at: string
        finished_at: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/replays/{id}/cancel': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        replay_id: string
        action: 'replay' | 'discard'
        state: 'running' | 'done' | 'cancelled' | 'failed'
        filters: {
        }
        rate_per_s: number | null
        reason: string | null
        /** When it was asked for */
        total: number
        /** Of a replay: put in the queue */
        done: number
        /** Their event or conversation is gone */
        skipped: number
        requested_by: string
        created_at: string
        finished_at: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/reveal': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Why; kept in the audit. Without personal data. */
        reason: string
      } } }
      responses: { 200: { content: { 'application/json': {
        conversation_id: string
        until: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/agents/import': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'multipart/form-data': {
        /** The table as text; or send it as the multipart part `file` */
        csv?: string
        /** What to do where a team or department is not known: create it, skip the row, or stop it all */
        unmatched?: 'create' | 'skip' | 'refuse'
        /** Only show what would happen */
        dry_run?: boolean
      }; 'application/json': {
        /** The table as text; or send it as the multipart part `file` */
        csv?: string
        /** What to do where a team or department is not known: create it, skip the row, or stop it all */
        unmatched?: 'create' | 'skip' | 'refuse'
        /** Only show what would happen */
        dry_run?: boolean
      } } }
      responses: { 200: { content: { 'application/json': {
        dry_run: boolean
        /** False: nothing was changed */
        applied: boolean
        counts: {
          created: number
          updated: number
          unchanged: number
          skipped: number
          refused: number
        }
        departments_created: string[]
        teams_created: string[]
        linked_conversations: number
        rows: ({
          /** Of the file */
          line: number
          name: string
          email: string
          outcome: 'created' | 'updated' | 'unchanged' | 'skipped' | 'refused'
          agent_id: string | null
          reason: string | null
          /** Of a dry run: known names that this one may be a misspelling of */
          similar?: {
            agents?: string[]
            teams?: string[]
            departments?: string[]
          }
        })[]
        warnings: string[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/agents/export': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'text/csv': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/agents': {
    get: {
      parameters: { query?: { 'team_id'?: string; 'department_id'?: string; 'active'?: boolean; 'limit'?: number; 'offset'?: number }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        agents: ({
          agent_id: string
          name: string | null
          email: string | null
          external_id: string | null
          team: string | null
          department: string | null
          active: boolean
          performance_score: number | null
        })[]
        total: number
        limit: number
        offset: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        name?: string
        email?: string
        external_id?: string
        team?: string
        department?: string
      } } }
      responses: { 201: { content: { 'application/json': {
        agent_id: string
        name: string | null
        email: string | null
        external_id: string | null
        team: string | null
        department: string | null
        active: boolean
        performance_score: number | null
        linked_conversations: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/agents/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        agent_id: string
        name: string | null
        email: string | null
        external_id: string | null
        team: string | null
        department: string | null
        active: boolean
        performance_score: number | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        name?: string | null
        email?: string | null
        external_id?: string | null
        team?: string | null
        department?: string | null
        /** True brings a deactivated agent back */
        active?: boolean
      } } }
      responses: { 200: { content: { 'application/json': {
        agent_id: string
        name: string | null
        email: string | null
        external_id: string | null
        team: string | null
        department: string | null
        active: boolean
        performance_score: number | null
        linked_conversations: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/agents/move': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Who moves */
        agent_ids: string[]
        /** Name or id of a known team */
        team: string
      } } }
      responses: { 200: { content: { 'application/json': {
        moved: number
        team: string
        department: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/agents/{id}/merge': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Who turned out to be this agent; their ids go on working */
        duplicates: string[]
      } } }
      responses: { 200: { content: { 'application/json': {
        agent_id: string
        name: string | null
        email: string | null
        external_id: string | null
        team: string | null
        department: string | null
        active: boolean
        performance_score: number | null
        relinked_conversations: number
        merged: string[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/agents/{id}/performance': {
    get: {
      parameters: { query?: { 'start_date'?: string; 'end_date'?: string }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        agent_id: string
        name: string | null
        email: string | null
        team: string | null
        department: string | null
        active: boolean
        performance: {
          /** Completed calls */
          total_calls: number
          total_chats: number
          average_score: number | null
          average_duration: number | null
          customer_satisfaction: number | null
          customer_satisfaction_estimated: boolean
          customer_satisfaction_basis: string
          resolution_rate: number | null
        }
        trends: {
          score_trend: unknown[]
          /** Conversations on each of `volume_dates` */
          volume_trend: number[]
          volume_dates: string[]
          handle_time_trend: (number | null)[]
          sentiment_trend: (number | null)[]
        }
        metrics: ({
          id: string
          name: string
          unit: string
          better: string | null
          formula: string
          definition: string
        })[]
        figures: Record<string, {
          value: number | null
          numerator: number | null
          denominator: number | null
          /** Conversations that are in it */
          n: number
          /** Those that lack what it takes */
          excluded: number
          basis: 'rollups' | 'facts' | 'histogram'
          formula: string
          /** Why the value is null */
          reason?: string
          previous?: {
            value: number | null
            numerator: number | null
            denominator: number | null
            n: number
          }
          change?: number | null
        }>
        /** Of the agent’s team, or of all that you see; empty where you see one agent alone */
        team_figures: Record<string, {
          value: number | null
          numerator: number | null
          denominator: number | null
          /** Conversations that are in it */
          n: number
          /** Those that lack what it takes */
          excluded: number
          basis: 'rollups' | 'facts' | 'histogram'
          formula: string
          /** Why the value is null */
          reason?: string
          previous?: {
            value: number | null
            numerator: number | null
            denominator: number | null
            n: number
          }
          change?: number | null
        }>
        compared_with: string | null
        strengths: {
          metric: string
          name: string
          unit: string
          value: number
          /** Of all that it is compared with */
          others: number
          /** In per cent of it; above 0 is better */
          better_by: number
          n: number
          others_n: number
        }[]
        weaknesses: {
          metric: string
          name: string
          unit: string
          value: number
          /** Of all that it is compared with */
          others: number
          /** In per cent of it; above 0 is better */
          better_by: number
          n: number
          others_n: number
        }[]
        period: {
          start_date: string
          /** Not part of the period itself */
          end_date: string
          time_zone: string
          /** Whole days */
          days: number
        }
        /** Everything up to this seq of the change cursor is counted */
        as_of_seq: number
        /** Changes are on their way into the figures */
        is_behind: boolean
        as_of: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/agents/performance': {
    get: {
      parameters: { query?: { 'start_date'?: string; 'end_date'?: string; 'channel'?: string; 'direction'?: string; 'team'?: string; 'department'?: string; 'language'?: string; 'tag'?: string; 'filter'?: string; 'rank_by'?: string; 'limit'?: number; 'offset'?: number }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        agents: ({
          agent_id: string
          name: string | null
          email: string | null
          team: string | null
          department: string | null
          active: boolean
          rank: number | null
          performance_score: number | null
          figures: Record<string, {
            value: number | null
            numerator: number | null
            denominator: number | null
            /** Conversations that are in it */
            n: number
            /** Those that lack what it takes */
            excluded: number
            basis: 'rollups' | 'facts' | 'histogram'
            formula: string
            /** Why the value is null */
            reason?: string
            previous?: {
              value: number | null
              numerator: number | null
              denominator: number | null
              n: number
            }
            change?: number | null
          }>
          strengths: {
            metric: string
            name: string
            unit: string
            value: number
            /** Of all that it is compared with */
            others: number
            /** In per cent of it; above 0 is better */
            better_by: number
            n: number
            others_n: number
          }[]
          weaknesses: {
            metric: string
            name: string
            unit: string
            value: number
            /** Of all that it is compared with */
            others: number
            /** In per cent of it; above 0 is better */
            better_by: number
            n: number
            others_n: number
          }[]
        })[]
        total: number
        limit: number
        offset: number
        rank_by: string
        metrics: ({
          id: string
          name: string
          unit: string
          better: string | null
          formula: string
          definition: string
        })[]
        period: {
          start_date: string
          /** Not part of the period itself */
          end_date: string
          time_zone: string
          /** Whole days */
          days: number
        }
        previous_period: {
          start_date: string
          /** Not part of the period itself */
          end_date: string
          time_zone: string
          /** Whole days */
          days: number
        } | null
        filters: Record<string, string>
        /** Everything up to this seq of the change cursor is counted */
        as_of_seq: number
        /** Changes are on their way into the figures */
        is_behind: boolean
        as_of: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/teams/performance': {
    get: {
      parameters: { query?: { 'start_date'?: string; 'end_date'?: string; 'channel'?: string; 'direction'?: string; 'team'?: string; 'department'?: string; 'language'?: string; 'tag'?: string; 'filter'?: string; 'rank_by'?: string; 'limit'?: number; 'offset'?: number }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        teams: ({
          team: string | null
          department: string | null
          rank: number | null
          performance_score: number | null
          figures: Record<string, {
            value: number | null
            numerator: number | null
            denominator: number | null
            /** Conversations that are in it */
            n: number
            /** Those that lack what it takes */
            excluded: number
            basis: 'rollups' | 'facts' | 'histogram'
            formula: string
            /** Why the value is null */
            reason?: string
            previous?: {
              value: number | null
              numerator: number | null
              denominator: number | null
              n: number
            }
            change?: number | null
          }>
          strengths: {
            metric: string
            name: string
            unit: string
            value: number
            /** Of all that it is compared with */
            others: number
            /** In per cent of it; above 0 is better */
            better_by: number
            n: number
            others_n: number
          }[]
          weaknesses: {
            metric: string
            name: string
            unit: string
            value: number
            /** Of all that it is compared with */
            others: number
            /** In per cent of it; above 0 is better */
            better_by: number
            n: number
            others_n: number
          }[]
        })[]
        total: number
        limit: number
        offset: number
        rank_by: string
        metrics: ({
          id: string
          name: string
          unit: string
          better: string | null
          formula: string
          definition: string
        })[]
        period: {
          start_date: string
          /** Not part of the period itself */
          end_date: string
          time_zone: string
          /** Whole days */
          days: number
        }
        previous_period: {
          start_date: string
          /** Not part of the period itself */
          end_date: string
          time_zone: string
          /** Whole days */
          days: number
        } | null
        filters: Record<string, string>
        /** Everything up to this seq of the change cursor is counted */
        as_of_seq: number
        /** Changes are on their way into the figures */
        is_behind: boolean
        as_of: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/analytics/metrics': {
    get: {
      parameters: { query: { 'metrics': string; 'group_by'?: string; 'start_date'?: string; 'end_date'?: string; 'channel'?: string; 'direction'?: string; 'team'?: string; 'department'?: string; 'agent'?: string; 'language'?: string; 'tag'?: string; 'filter'?: string; 'compare'?: 'previous' }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        period: {
          start_date: string
          /** Not part of the period itself */
          end_date: string
          time_zone: string
          /** Whole days */
          days: number
        }
        previous_period: {
          start_date: string
          /** Not part of the period itself */
          end_date: string
          time_zone: string
          /** Whole days */
          days: number
        } | null
        filters: Record<string, string>
        group_by: string[]
        metrics: ({
          id: string
          name: string
          unit: string
          better: string | null
          formula: string
          definition: string
        })[]
        rows: ({
          group: Record<string, string | null>
          label: Record<string, string | null>
          metrics: Record<string, {
            value: number | null
            numerator: number | null
            denominator: number | null
            /** Conversations that are in it */
            n: number
            /** Those that lack what it takes */
            excluded: number
            basis: 'rollups' | 'facts' | 'histogram'
            formula: string
            /** Why the value is null */
            reason?: string
            previous?: {
              value: number | null
              numerator: number | null
              denominator: number | null
              n: number
            }
            change?: number | null
          }>
        })[]
        notes: string[]
        /** Everything up to this seq of the change cursor is counted */
        as_of_seq: number
        /** Changes are on their way into the figures */
        is_behind: boolean
        as_of: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/analytics/query': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        queries: ({
          /** Comes back with its answer */
          id?: string
          /** Ids of metrics, with commas or as a list */
          metrics: string | string[]
          /** Up to 2 of: day, week, month, hour, agent, team, department, channel, direction, language, tag, topic */
          group_by?: string | string[]
          /** From; any date format. Without: 30 days */
          start_date?: string
          /** To; a date alone includes its whole day. Without: today */
          end_date?: string
          /** voice or chat */
          channel?: string
          /** inbound, outbound or internal */
          direction?: string
          /** Name or id */
          team?: string
          /** Name or id */
          department?: string
          /** Id, external id or e-mail */
          agent?: string
          /** BCP 47 tag, such as zu-ZA */
          language?: string
          /** A tag */
          tag?: string
          /** A condition in the filter language */
          filter?: string
          /** With the figures of the period before */
          compare?: 'previous'
        })[]
        /** From; any date format. Without: 30 days */
        start_date?: string
        /** To; a date alone includes its whole day. Without: today */
        end_date?: string
        /** voice or chat */
        channel?: string
        /** inbound, outbound or internal */
        direction?: string
        /** Name or id */
        team?: string
        /** Name or id */
        department?: string
        /** Id, external id or e-mail */
        agent?: string
        /** BCP 47 tag, such as zu-ZA */
        language?: string
        /** A tag */
        tag?: string
        /** A condition in the filter language */
        filter?: string
        /** With the figures of the period before */
        compare?: 'previous'
      } } }
      responses: { 200: { content: { 'application/json': {
        answers: ({
          id: string | null
          period: {
            start_date: string
            /** Not part of the period itself */
            end_date: string
            time_zone: string
            /** Whole days */
            days: number
          }
          previous_period: {
            start_date: string
            /** Not part of the period itself */
            end_date: string
            time_zone: string
            /** Whole days */
            days: number
          } | null
          filters: Record<string, string>
          group_by: string[]
          metrics: ({
            id: string
            name: string
            unit: string
            better: string | null
            formula: string
            definition: string
          })[]
          rows: ({
            group: Record<string, string | null>
            label: Record<string, string | null>
            metrics: Record<string, {
              value: number | null
              numerator: number | null
              denominator: number | null
              /** Conversations that are in it */
              n: number
              /** Those that lack what it takes */
              excluded: number
              basis: 'rollups' | 'facts' | 'histogram'
              formula: string
              /** Why the value is null */
              reason?: string
              previous?: {
                value: number | null
                numerator: number | null
                denominator: number | null
                n: number
              }
              change?: number | null
            }>
          })[]
          notes: string[]
          /** Everything up to this seq of the change cursor is counted */
          as_of_seq: number
          /** Changes are on their way into the figures */
          is_behind: boolean
          as_of: string | null
        } | {
          id: string | null
          error: {
            code: string
            message: string
            field: string | null
          }
        })[]
        /** Everything up to this seq of the change cursor is counted */
        as_of_seq: number
        /** Changes are on their way into the figures */
        is_behind: boolean
        as_of: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/analytics/catalogue': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        metrics: ({
          id: string
          name: string
          unit: string
          better: string | null
          formula: string
          definition: string
          numerator: string
          denominator: string | null
          /** Under what it is looked for: volume, time, queue, speech, answers, mood, detail, unavailable */
          section: string
          /** Whether the values of groups add up to that of the whole */
          adds_up: boolean
          distribution: string | null
          /** What it is grouped by at the cost of days, not of conversations */
          groups: string[]
          available: boolean
          reason: string | null
        })[]
        groups: string[]
        distributions: {
          id: string
          unit: string
        }[]
        limits: {
          metrics: number
          groups: number
          rows: number
          queries: number
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/analytics/distributions': {
    get: {
      parameters: { query: { 'measure': string; 'start_date'?: string; 'end_date'?: string; 'channel'?: string; 'direction'?: string; 'team'?: string; 'department'?: string; 'agent'?: string; 'language'?: string; 'tag'?: string; 'filter'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        measure: string
        unit: string
        n: number
        bins: ({
          from: number | null
          to: number | null
          n: number
        })[]
        p50: number | null
        p90: number | null
        basis: string
        period: {
          start_date: string
          /** Not part of the period itself */
          end_date: string
          time_zone: string
          /** Whole days */
          days: number
        }
        filters: Record<string, string>
        /** Everything up to this seq of the change cursor is counted */
        as_of_seq: number
        /** Changes are on their way into the figures */
        is_behind: boolean
        as_of: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/analytics/calls': {
    get: {
      parameters: { query?: { 'start_date'?: string; 'end_date'?: string; 'agent_id'?: string; 'team_id'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        total_calls: number
        completed_calls: number
        failed_calls: number
        average_duration: number | null
        total_duration: number | null
        average_handle_time: number | null
        silence_ratio: number | null
        talk_to_listen_ratio: number | null
        sentiment: {
          positive: number | null
          neutral: number | null
          negative: number | null
        }
        average_sentiment: number | null
        trends: {
          volume_trend: number[]
          volume_dates: string[]
          duration_trend: (number | null)[]
          sentiment_trend: (number | null)[]
        }
        figures: Record<string, {
          value: number | null
          numerator: number | null
          denominator: number | null
          /** Conversations that are in it */
          n: number
          /** Those that lack what it takes */
          excluded: number
          basis: 'rollups' | 'facts' | 'histogram'
          formula: string
          /** Why the value is null */
          reason?: string
          previous?: {
            value: number | null
            numerator: number | null
            denominator: number | null
            n: number
          }
          change?: number | null
        }>
        period: {
          start_date: string
          /** Not part of the period itself */
          end_date: string
          time_zone: string
          /** Whole days */
          days: number
        }
        filters: Record<string, string>
        /** Everything up to this seq of the change cursor is counted */
        as_of_seq: number
        /** Changes are on their way into the figures */
        is_behind: boolean
        as_of: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/boards': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        boards: ({
          /** A UUID; of those that are always there a name, such as `overview` */
          id: string
          name: string
          kind: 'default' | 'own' | 'shared'
          sharing: 'private' | 'organisation' | 'teams'
          /** Whom it is shared with, where that is teams */
          team_ids: string[]
          is_home: boolean
          /** Others are copied first */
          may_change: boolean
          widget_count: number
          /** For `If-Match` */
          revision: number
          created_at: string | null
          updated_at: string | null
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        name: string
        widgets?: ({
          /** Its own within the board */
          id: string
          title?: string
          metrics: string[]
          chart: 'card' | 'line' | 'bar' | 'pie' | 'doughnut' | 'table' | 'histogram'
          group_by?: ('day' | 'week' | 'month' | 'hour' | 'agent' | 'team' | 'department' | 'channel' | 'direction' | 'language' | 'tag' | 'topic')[]
          /** In place of the board's of the same name */
          filters?: {
            channel?: string
            direction?: string
            team?: string
            department?: string
            agent?: string
            language?: string
            tag?: string
            /** In the filter language; slower */
            filter?: string
          }
          /** In cells of a grid with 12 columns */
          size: {
            w: number
            h: number
          }
          /** Of its upper left cell */
          position: {
            x: number
            y: number
          }
        })[]
        /** By name, or days from and to, both included */
        period?: 'today' | 'yesterday' | 'last_7_days' | 'last_30_days' | 'last_90_days' | 'last_365_days' | 'this_week' | 'last_week' | 'this_month' | 'last_month' | 'this_quarter' | 'this_year' | {
          from: string
          to: string
        }
        /** With the period before */
        compare?: boolean
        /** Of all widgets */
        filters?: {
          channel?: string
          direction?: string
          team?: string
          department?: string
          agent?: string
          language?: string
          tag?: string
          /** In the filter language; slower */
          filter?: string
        }
        sharing?: 'private' | 'organisation' | 'teams'
        /** Whom it is shared with, where that is teams */
        team_ids?: string[]
      } } }
      responses: { 201: { content: { 'application/json': {
        /** A UUID; of those that are always there a name, such as `overview` */
        id: string
        name: string
        kind: 'default' | 'own' | 'shared'
        sharing: 'private' | 'organisation' | 'teams'
        /** Whom it is shared with, where that is teams */
        team_ids: string[]
        is_home: boolean
        /** Others are copied first */
        may_change: boolean
        widget_count: number
        /** For `If-Match` */
        revision: number
        created_at: string | null
        updated_at: string | null
        widgets: ({
          /** Its own within the board */
          id: string
          title?: string
          metrics: string[]
          chart: 'card' | 'line' | 'bar' | 'pie' | 'doughnut' | 'table' | 'histogram'
          group_by?: ('day' | 'week' | 'month' | 'hour' | 'agent' | 'team' | 'department' | 'channel' | 'direction' | 'language' | 'tag' | 'topic')[]
          /** In place of the board's of the same name */
          filters?: {
            channel?: string
            direction?: string
            team?: string
            department?: string
            agent?: string
            language?: string
            tag?: string
            /** In the filter language; slower */
            filter?: string
          }
          /** In cells of a grid with 12 columns */
          size: {
            w: number
            h: number
          }
          /** Of its upper left cell */
          position: {
            x: number
            y: number
          }
        })[]
        /** By name, or days from and to, both included */
        period: 'today' | 'yesterday' | 'last_7_days' | 'last_30_days' | 'last_90_days' | 'last_365_days' | 'this_week' | 'last_week' | 'this_month' | 'last_month' | 'this_quarter' | 'this_year' | {
          from: string
          to: string
        }
        /** With the period before */
        compare: boolean
        /** Of all widgets */
        filters: {
          channel?: string
          direction?: string
          team?: string
          department?: string
          agent?: string
          language?: string
          tag?: string
          /** In the filter language; slower */
          filter?: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/boards/home': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        /** A UUID; of those that are always there a name, such as `overview` */
        id: string
        name: string
        kind: 'default' | 'own' | 'shared'
        sharing: 'private' | 'organisation' | 'teams'
        /** Whom it is shared with, where that is teams */
        team_ids: string[]
        is_home: boolean
        /** Others are copied first */
        may_change: boolean
        widget_count: number
        /** For `If-Match` */
        revision: number
        created_at: string | null
        updated_at: string | null
        widgets: ({
          /** Its own within the board */
          id: string
          title?: string
          metrics: string[]
          chart: 'card' | 'line' | 'bar' | 'pie' | 'doughnut' | 'table' | 'histogram'
          group_by?: ('day' | 'week' | 'month' | 'hour' | 'agent' | 'team' | 'department' | 'channel' | 'direction' | 'language' | 'tag' | 'topic')[]
          /** In place of the board's of the same name */
          filters?: {
            channel?: string
            direction?: string
            team?: string
            department?: string
            agent?: string
            language?: string
            tag?: string
            /** In the filter language; slower */
            filter?: string
          }
          /** In cells of a grid with 12 columns */
          size: {
            w: number
            h: number
          }
          /** Of its upper left cell */
          position: {
            x: number
            y: number
          }
        })[]
        /** By name, or days from and to, both included */
        period: 'today' | 'yesterday' | 'last_7_days' | 'last_30_days' | 'last_90_days' | 'last_365_days' | 'this_week' | 'last_week' | 'this_month' | 'last_month' | 'this_quarter' | 'this_year' | {
          from: string
          to: string
        }
        /** With the period before */
        compare: boolean
        /** Of all widgets */
        filters: {
          channel?: string
          direction?: string
          team?: string
          department?: string
          agent?: string
          language?: string
          tag?: string
          /** In the filter language; slower */
          filter?: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    put: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        board_id: string
      } } }
      responses: { 200: { content: { 'application/json': {
        /** A UUID; of those that are always there a name, such as `overview` */
        id: string
        name: string
        kind: 'default' | 'own' | 'shared'
        sharing: 'private' | 'organisation' | 'teams'
        /** Whom it is shared with, where that is teams */
        team_ids: string[]
        is_home: boolean
        /** Others are copied first */
        may_change: boolean
        widget_count: number
        /** For `If-Match` */
        revision: number
        created_at: string | null
        updated_at: string | null
        widgets: ({
          /** Its own within the board */
          id: string
          title?: string
          metrics: string[]
          chart: 'card' | 'line' | 'bar' | 'pie' | 'doughnut' | 'table' | 'histogram'
          group_by?: ('day' | 'week' | 'month' | 'hour' | 'agent' | 'team' | 'department' | 'channel' | 'direction' | 'language' | 'tag' | 'topic')[]
          /** In place of the board's of the same name */
          filters?: {
            channel?: string
            direction?: string
            team?: string
            department?: string
            agent?: string
            language?: string
            tag?: string
            /** In the filter language; slower */
            filter?: string
          }
          /** In cells of a grid with 12 columns */
          size: {
            w: number
            h: number
          }
          /** Of its upper left cell */
          position: {
            x: number
            y: number
          }
        })[]
        /** By name, or days from and to, both included */
        period: 'today' | 'yesterday' | 'last_7_days' | 'last_30_days' | 'last_90_days' | 'last_365_days' | 'this_week' | 'last_week' | 'this_month' | 'last_month' | 'this_quarter' | 'this_year' | {
          from: string
          to: string
        }
        /** With the period before */
        compare: boolean
        /** Of all widgets */
        filters: {
          channel?: string
          direction?: string
          team?: string
          department?: string
          agent?: string
          language?: string
          tag?: string
          /** In the filter language; slower */
          filter?: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/boards/order': {
    put: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        board_ids: string[]
      } } }
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/boards/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        /** A UUID; of those that are always there a name, such as `overview` */
        id: string
        name: string
        kind: 'default' | 'own' | 'shared'
        sharing: 'private' | 'organisation' | 'teams'
        /** Whom it is shared with, where that is teams */
        team_ids: string[]
        is_home: boolean
        /** Others are copied first */
        may_change: boolean
        widget_count: number
        /** For `If-Match` */
        revision: number
        created_at: string | null
        updated_at: string | null
        widgets: ({
          /** Its own within the board */
          id: string
          title?: string
          metrics: string[]
          chart: 'card' | 'line' | 'bar' | 'pie' | 'doughnut' | 'table' | 'histogram'
          group_by?: ('day' | 'week' | 'month' | 'hour' | 'agent' | 'team' | 'department' | 'channel' | 'direction' | 'language' | 'tag' | 'topic')[]
          /** In place of the board's of the same name */
          filters?: {
            channel?: string
            direction?: string
            team?: string
            department?: string
            agent?: string
            language?: string
            tag?: string
            /** In the filter language; slower */
            filter?: string
          }
          /** In cells of a grid with 12 columns */
          size: {
            w: number
            h: number
          }
          /** Of its upper left cell */
          position: {
            x: number
            y: number
          }
        })[]
        /** By name, or days from and to, both included */
        period: 'today' | 'yesterday' | 'last_7_days' | 'last_30_days' | 'last_90_days' | 'last_365_days' | 'this_week' | 'last_week' | 'this_month' | 'last_month' | 'this_quarter' | 'this_year' | {
          from: string
          to: string
        }
        /** With the period before */
        compare: boolean
        /** Of all widgets */
        filters: {
          channel?: string
          direction?: string
          team?: string
          department?: string
          agent?: string
          language?: string
          tag?: string
          /** In the filter language; slower */
          filter?: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        name?: string
        widgets?: ({
          /** Its own within the board */
          id: string
          title?: string
          metrics: string[]
          chart: 'card' | 'line' | 'bar' | 'pie' | 'doughnut' | 'table' | 'histogram'
          group_by?: ('day' | 'week' | 'month' | 'hour' | 'agent' | 'team' | 'department' | 'channel' | 'direction' | 'language' | 'tag' | 'topic')[]
          /** In place of the board's of the same name */
          filters?: {
            channel?: string
            direction?: string
            team?: string
            department?: string
            agent?: string
            language?: string
            tag?: string
            /** In the filter language; slower */
            filter?: string
          }
          /** In cells of a grid with 12 columns */
          size: {
            w: number
            h: number
          }
          /** Of its upper left cell */
          position: {
            x: number
            y: number
          }
        })[]
        /** By name, or days from and to, both included */
        period?: 'today' | 'yesterday' | 'last_7_days' | 'last_30_days' | 'last_90_days' | 'last_365_days' | 'this_week' | 'last_week' | 'this_month' | 'last_month' | 'this_quarter' | 'this_year' | {
          from: string
          to: string
        }
        /** With the period before */
        compare?: boolean
        /** Of all widgets */
        filters?: {
          channel?: string
          direction?: string
          team?: string
          department?: string
          agent?: string
          language?: string
          tag?: string
          /** In the filter language; slower */
          filter?: string
        }
        sharing?: 'private' | 'organisation' | 'teams'
        /** Whom it is shared with, where that is teams */
        team_ids?: string[]
      } } }
      responses: { 200: { content: { 'application/json': {
        /** A UUID; of those that are always there a name, such as `overview` */
        id: string
        name: string
        kind: 'default' | 'own' | 'shared'
        sharing: 'private' | 'organisation' | 'teams'
        /** Whom it is shared with, where that is teams */
        team_ids: string[]
        is_home: boolean
        /** Others are copied first */
        may_change: boolean
        widget_count: number
        /** For `If-Match` */
        revision: number
        created_at: string | null
        updated_at: string | null
        widgets: ({
          /** Its own within the board */
          id: string
          title?: string
          metrics: string[]
          chart: 'card' | 'line' | 'bar' | 'pie' | 'doughnut' | 'table' | 'histogram'
          group_by?: ('day' | 'week' | 'month' | 'hour' | 'agent' | 'team' | 'department' | 'channel' | 'direction' | 'language' | 'tag' | 'topic')[]
          /** In place of the board's of the same name */
          filters?: {
            channel?: string
            direction?: string
            team?: string
            department?: string
            agent?: string
            language?: string
            tag?: string
            /** In the filter language; slower */
            filter?: string
          }
          /** In cells of a grid with 12 columns */
          size: {
            w: number
            h: number
          }
          /** Of its upper left cell */
          position: {
            x: number
            y: number
          }
        })[]
        /** By name, or days from and to, both included */
        period: 'today' | 'yesterday' | 'last_7_days' | 'last_30_days' | 'last_90_days' | 'last_365_days' | 'this_week' | 'last_week' | 'this_month' | 'last_month' | 'this_quarter' | 'this_year' | {
          from: string
          to: string
        }
        /** With the period before */
        compare: boolean
        /** Of all widgets */
        filters: {
          channel?: string
          direction?: string
          team?: string
          department?: string
          agent?: string
          language?: string
          tag?: string
          /** In the filter language; slower */
          filter?: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/boards/{id}/duplicate': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        name?: string
      } } }
      responses: { 201: { content: { 'application/json': {
        /** A UUID; of those that are always there a name, such as `overview` */
        id: string
        name: string
        kind: 'default' | 'own' | 'shared'
        sharing: 'private' | 'organisation' | 'teams'
        /** Whom it is shared with, where that is teams */
        team_ids: string[]
        is_home: boolean
        /** Others are copied first */
        may_change: boolean
        widget_count: number
        /** For `If-Match` */
        revision: number
        created_at: string | null
        updated_at: string | null
        widgets: ({
          /** Its own within the board */
          id: string
          title?: string
          metrics: string[]
          chart: 'card' | 'line' | 'bar' | 'pie' | 'doughnut' | 'table' | 'histogram'
          group_by?: ('day' | 'week' | 'month' | 'hour' | 'agent' | 'team' | 'department' | 'channel' | 'direction' | 'language' | 'tag' | 'topic')[]
          /** In place of the board's of the same name */
          filters?: {
            channel?: string
            direction?: string
            team?: string
            department?: string
            agent?: string
            language?: string
            tag?: string
            /** In the filter language; slower */
            filter?: string
          }
          /** In cells of a grid with 12 columns */
          size: {
            w: number
            h: number
          }
          /** Of its upper left cell */
          position: {
            x: number
            y: number
          }
        })[]
        /** By name, or days from and to, both included */
        period: 'today' | 'yesterday' | 'last_7_days' | 'last_30_days' | 'last_90_days' | 'last_365_days' | 'this_week' | 'last_week' | 'this_month' | 'last_month' | 'this_quarter' | 'this_year' | {
          from: string
          to: string
        }
        /** With the period before */
        compare: boolean
        /** Of all widgets */
        filters: {
          channel?: string
          direction?: string
          team?: string
          department?: string
          agent?: string
          language?: string
          tag?: string
          /** In the filter language; slower */
          filter?: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/search': {
    get: {
      parameters: { query?: { 'q'?: string; 'filter'?: string; 'sort'?: string; 'columns'?: string; 'after_seq'?: number; 'cursor'?: string; 'limit'?: number }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        conversations: ({
          id: string
          channel: 'voice' | 'chat'
          status: 'queued' | 'processing' | 'completed' | 'failed'
          direction: 'inbound' | 'outbound' | 'internal' | null
          external_id: string | null
          file_name: string | null
          started_at: string
          /** When it was uploaded */
          received_at: string
          updated_at: string
          duration_ms: number | null
          language: string | null
          sentiment: 'negative' | 'neutral' | 'positive' | null
          sentiment_customer: number | null
          agent: {
            agent_id: string | null
            name: string | null
            email: string | null
          }
          team: string | null
          department: string | null
          contact: {
            number: string | null
            customer_ref: string | null
          }
          caller_number: string | null
          called_number: string | null
          tags: string[]
          reviewed: boolean
          reviewed_at: string | null
          handle_time: number | null
          silence_time: number | null
          silence_ratio: number | null
          response_time: number | null
          /** Those that `columns` named */
          metrics: Record<string, number | null>
          failure: {
            code: string
            reason: string
            stage: string | null
          } | null
          seq: number
          /** Personal data was replaced by placeholders */
          is_masked: boolean
          /** At most 3 turns; none where only what is known fits */
          highlights: ({
            turn_id: string
            turn_index: number
            speaker: 'agent' | 'customer' | 'bot' | 'third_party' | 'unknown'
            /** From the start of the recording */
            start_ms: number
            end_ms: number
            /** As it was said or written; no HTML */
            text: string
            /** What was looked for, in UTF-16 units of `text`, the end not included */
            matches: {
              start: number
              end: number
            }[]
            /** There is more of the turn before or behind it */
            is_cut: boolean
          })[]
        })[]
        total: number | null
        /** False: there are at least `total` */
        total_is_exact: boolean
        limit: number
        next_cursor: string | null
        searched_to: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/conversations/{id}/search': {
    get: {
      parameters: { query?: { 'q'?: string }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        conversation_id: string
        hits: ({
          turn_id: string
          turn_index: number
          speaker: 'agent' | 'customer' | 'bot' | 'third_party' | 'unknown'
          /** From the start of the recording */
          start_ms: number
          end_ms: number
          /** As it was said or written; no HTML */
          text: string
          /** What was looked for, in UTF-16 units of `text`, the end not included */
          matches: {
            start: number
            end: number
          }[]
          /** There is more of the turn before or behind it */
          is_cut: boolean
        })[]
        /** False: there are more than the 1,000 turns that are shown */
        is_complete: boolean
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/search/fields': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        fields: ({
          name: string
          type: 'words' | 'text' | 'number' | 'boolean' | 'time' | 'list' | 'word' | 'mixed'
          description: string
          operators: string[]
          /** Of a field that is one of few words */
          values: string[]
          is_sortable: boolean
          /** You see placeholders in place of it, and find by them alone */
          is_masked: boolean
        })[]
        /** Of the organisation: where its days begin and end, in figures too */
        time_zone: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/search/values': {
    get: {
      parameters: { query: { 'field': string; 'prefix'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        field: string
        /** Of the newest conversations that you have access to, the commonest first */
        values: string[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/saved-searches': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        saved_searches: ({
          id: string
          name: string
          is_shared: boolean
          is_own: boolean
          may_change: boolean
          q: string | null
          filter: string | null
          sort: string | null
          columns: string[]
          /** For `If-Match` */
          revision: number
          created_at: string
          updated_at: string
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Once among your own */
        name: string
        /** Everybody of the organisation sees it */
        is_shared?: boolean
        q?: string | null
        filter?: string | null
        sort?: string | null
        /** Columns of the list in their order: any words of yours; metrics among them by their names */
        columns?: string[]
      } } }
      responses: { 201: { content: { 'application/json': {
        id: string
        name: string
        is_shared: boolean
        is_own: boolean
        may_change: boolean
        q: string | null
        filter: string | null
        sort: string | null
        columns: string[]
        /** For `If-Match` */
        revision: number
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/saved-searches/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        name: string
        is_shared: boolean
        is_own: boolean
        may_change: boolean
        q: string | null
        filter: string | null
        sort: string | null
        columns: string[]
        /** For `If-Match` */
        revision: number
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Once among your own */
        name?: string
        /** Everybody of the organisation sees it */
        is_shared?: boolean
        q?: string | null
        filter?: string | null
        sort?: string | null
        /** Columns of the list in their order: any words of yours; metrics among them by their names */
        columns?: string[]
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        name: string
        is_shared: boolean
        is_own: boolean
        may_change: boolean
        q: string | null
        filter: string | null
        sort: string | null
        columns: string[]
        /** For `If-Match` */
        revision: number
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/exports': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        format: 'csv' | 'xlsx' | 'ndjson'
        name?: string
        start_date?: string | null
        end_date?: string | null
        /** Absent: all */
        channel?: 'voice' | 'chat' | 'all' | null
        /** Names or ids */
        departments?: string[]
        /** Names or ids */
        teams?: string[]
        /** Ids, external ids or e-mail addresses */
        agents?: string[]
        /** Whether conversations of no known agent count; absent: only where no people are named */
        include_unassigned?: boolean
        filter?: string | null
        q?: string | null
        /** As GET /v1/exports/columns lists them, `metrics.*` and `metadata.*`; absent: all */
        columns?: string[]
        separator?: ',' | ';'
      } } }
      responses: { 202: { content: { 'application/json': {
        export_id: string
        name: string
        format: string
        /** `generating` until it is there; `expired` once its file was removed */
        status: 'generating' | 'completed' | 'failed' | 'expired'
        state: 'queued' | 'running' | 'completed' | 'failed' | 'expired'
        rows: number | null
        size_bytes: number | null
        warnings: string[]
        failure: {
          code: string
          message: string
        } | null
        created_by: string
        /** ISO 8601, UTC */
        created_at: string
        started_at: string | null
        completed_at: string | null
        expires_at: string | null
        download_url: string | null
        links: {
          self: string
          file: string
        }
        definition: {
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    get: {
      parameters: { query?: { 'state'?: 'queued' | 'running' | 'completed' | 'failed' | 'expired'; 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        exports: ({
          export_id: string
          name: string
          format: string
          /** `generating` until it is there; `expired` once its file was removed */
          status: 'generating' | 'completed' | 'failed' | 'expired'
          state: 'queued' | 'running' | 'completed' | 'failed' | 'expired'
          rows: number | null
          size_bytes: number | null
          warnings: string[]
          failure: {
            code: string
            message: string
          } | null
          created_by: string
          /** ISO 8601, UTC */
          created_at: string
          started_at: string | null
          completed_at: string | null
          expires_at: string | null
          download_url: string | null
          links: {
            self: string
            file: string
          }
          definition: {
          }
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/exports/columns': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        columns: ({
          id: string
          /** As the first line of a file has it: metrics with the version of their formula */
          title: string
          type: 'text' | 'number' | 'date' | 'boolean'
          unit: string | null
          about: string
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/exports/stream': {
    get: {
      parameters: { query?: { 'format'?: 'ndjson' | 'csv'; 'start_date'?: string; 'end_date'?: string; 'channel'?: string; 'departments'?: string; 'teams'?: string; 'agents'?: string; 'include_unassigned'?: boolean; 'columns'?: string; 'separator'?: string; 'filter'?: string; 'q'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/x-ndjson': unknown; 'text/csv': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/exports/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        export_id: string
        name: string
        format: string
        /** `generating` until it is there; `expired` once its file was removed */
        status: 'generating' | 'completed' | 'failed' | 'expired'
        state: 'queued' | 'running' | 'completed' | 'failed' | 'expired'
        rows: number | null
        size_bytes: number | null
        warnings: string[]
        failure: {
          code: string
          message: string
        } | null
        created_by: string
        /** ISO 8601, UTC */
        created_at: string
        started_at: string | null
        completed_at: string | null
        expires_at: string | null
        download_url: string | null
        links: {
          self: string
          file: string
        }
        definition: {
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        name: string
      } } }
      responses: { 200: { content: { 'application/json': {
        export_id: string
        name: string
        format: string
        /** `generating` until it is there; `expired` once its file was removed */
        status: 'generating' | 'completed' | 'failed' | 'expired'
        state: 'queued' | 'running' | 'completed' | 'failed' | 'expired'
        rows: number | null
        size_bytes: number | null
        warnings: string[]
        failure: {
          code: string
          message: string
        } | null
        created_by: string
        /** ISO 8601, UTC */
        created_at: string
        started_at: string | null
        completed_at: string | null
        expires_at: string | null
        download_url: string | null
        links: {
          self: string
          file: string
        }
        definition: {
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/exports/{id}/file': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { '*/*': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/exports/{id}/download': {
    get: {
      parameters: { query: { 'org_id': string; 'expires': number; 'signature': string }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { '*/*': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/reports/generate': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        report_type?: string
        name?: string
        format?: 'pdf' | 'csv' | 'xlsx'
        parameters?: {
          /** Read anew at each run */
          period?: 'today' | 'yesterday' | 'last_7_days' | 'last_30_days' | 'last_90_days' | 'this_week' | 'last_week' | 'this_month' | 'last_month' | 'last_quarter' | 'last_year'
          start_date?: string | null
          end_date?: string | null
          /** Absent: all */
          channel?: 'voice' | 'chat' | 'all' | null
          /** Names or ids */
          departments?: string[]
          /** Names or ids */
          teams?: string[]
          /** Ids, external ids or e-mail addresses */
          agents?: string[]
          /** Whether conversations of no known agent count; absent: only where no people are named */
          include_unassigned?: boolean
          filter?: string | null
          sections?: ('volume' | 'handling' | 'sentiment' | 'languages' | 'agents' | 'teams' | 'trends' | 'keywords')[]
          /** Ids as GET /v1/analytics/catalogue lists them; with a chart, or `none` */
          metrics?: (string | {
            metric: string
            chart?: 'line' | 'bar' | 'none'
          })[]
        }
      } } }
      responses: { 202: { content: { 'application/json': {
        report_id: string
        report_type: string
        name: string
        format: string
        /** `generating` until it is there; `expired` once its file was removed */
        status: 'generating' | 'completed' | 'failed' | 'expired'
        state: 'queued' | 'running' | 'completed' | 'failed' | 'expired'
        rows: number | null
        size_bytes: number | null
        warnings: string[]
        failure: {
          code: string
          message: string
        } | null
        created_by: string
        /** ISO 8601, UTC */
        created_at: string
        started_at: string | null
        completed_at: string | null
        expires_at: string | null
        download_url: string | null
        links: {
          self: string
          file: string
        }
        definition: {
        }
        schedule_id: string | null
        estimated_completion: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/reports': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        report_type?: string
        name?: string
        format?: 'pdf' | 'csv' | 'xlsx'
        parameters?: {
          /** Read anew at each run */
          period?: 'today' | 'yesterday' | 'last_7_days' | 'last_30_days' | 'last_90_days' | 'this_week' | 'last_week' | 'this_month' | 'last_month' | 'last_quarter' | 'last_year'
          start_date?: string | null
          end_date?: string | null
          /** Absent: all */
          channel?: 'voice' | 'chat' | 'all' | null
          /** Names or ids */
          departments?: string[]
          /** Names or ids */
          teams?: string[]
          /** Ids, external ids or e-mail addresses */
          agents?: string[]
          /** Whether conversations of no known agent count; absent: only where no people are named */
          include_unassigned?: boolean
          filter?: string | null
          sections?: ('volume' | 'handling' | 'sentiment' | 'languages' | 'agents' | 'teams' | 'trends' | 'keywords')[]
          /** Ids as GET /v1/analytics/catalogue lists them; with a chart, or `none` */
          metrics?: (string | {
            metric: string
            chart?: 'line' | 'bar' | 'none'
          })[]
        }
      } } }
      responses: { 202: { content: { 'application/json': {
        report_id: string
        report_type: string
        name: string
        format: string
        /** `generating` until it is there; `expired` once its file was removed */
        status: 'generating' | 'completed' | 'failed' | 'expired'
        state: 'queued' | 'running' | 'completed' | 'failed' | 'expired'
        rows: number | null
        size_bytes: number | null
        warnings: string[]
        failure: {
          code: string
          message: string
        } | null
        created_by: string
        /** ISO 8601, UTC */
        created_at: string
        started_at: string | null
        completed_at: string | null
        expires_at: string | null
        download_url: string | null
        links: {
          self: string
          file: string
        }
        definition: {
        }
        schedule_id: string | null
        estimated_completion: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    get: {
      parameters: { query?: { 'state'?: 'queued' | 'running' | 'completed' | 'failed' | 'expired'; 'schedule_id'?: string; 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        reports: ({
          report_id: string
          report_type: string
          name: string
          format: string
          /** `generating` until it is there; `expired` once its file was removed */
          status: 'generating' | 'completed' | 'failed' | 'expired'
          state: 'queued' | 'running' | 'completed' | 'failed' | 'expired'
          rows: number | null
          size_bytes: number | null
          warnings: string[]
          failure: {
            code: string
            message: string
          } | null
          created_by: string
          /** ISO 8601, UTC */
          created_at: string
          started_at: string | null
          completed_at: string | null
          expires_at: string | null
          download_url: string | null
          links: {
            self: string
            file: string
          }
          definition: {
          }
          schedule_id: string | null
          estimated_completion: string | null
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/reports/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        report_id: string
        report_type: string
        name: string
        format: string
        /** `generating` until it is there; `expired` once its file was removed */
        status: 'generating' | 'completed' | 'failed' | 'expired'
        state: 'queued' | 'running' | 'completed' | 'failed' | 'expired'
        rows: number | null
        size_bytes: number | null
        warnings: string[]
        failure: {
          code: string
          message: string
        } | null
        created_by: string
        /** ISO 8601, UTC */
        created_at: string
        started_at: string | null
        completed_at: string | null
        expires_at: string | null
        download_url: string | null
        links: {
          self: string
          file: string
        }
        definition: {
        }
        schedule_id: string | null
        estimated_completion: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        name: string
      } } }
      responses: { 200: { content: { 'application/json': {
        report_id: string
        report_type: string
        name: string
        format: string
        /** `generating` until it is there; `expired` once its file was removed */
        status: 'generating' | 'completed' | 'failed' | 'expired'
        state: 'queued' | 'running' | 'completed' | 'failed' | 'expired'
        rows: number | null
        size_bytes: number | null
        warnings: string[]
        failure: {
          code: string
          message: string
        } | null
        created_by: string
        /** ISO 8601, UTC */
        created_at: string
        started_at: string | null
        completed_at: string | null
        expires_at: string | null
        download_url: string | null
        links: {
          self: string
          file: string
        }
        definition: {
        }
        schedule_id: string | null
        estimated_completion: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/reports/{id}/file': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { '*/*': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/reports/{id}/download': {
    get: {
      parameters: { query: { 'org_id': string; 'expires': number; 'signature': string }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { '*/*': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/report-schedules': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        schedules: ({
          schedule_id: string
          name: string
          format: string
          report_type: string
          parameters: {
          }
          frequency: string
          time_of_day: string
          weekdays: number[]
          day_of_month: number | null
          time_zone: string
          recipients: ({
            user_id: string | null
            email: string
            is_active: boolean
          })[]
          delivery: string
          state: 'active' | 'paused'
          paused_reason: string | null
          created_by: string
          /** With whose rights it runs: who made it, or changed or resumed it last */
          runs_as: string
          /** For `If-Match` */
          revision: number
          next_run_at: string | null
          last_run_at: string | null
          last_report_id: string | null
          /** ISO 8601, UTC */
          created_at: string
          /** ISO 8601, UTC */
          updated_at: string
          links: {
            self: string
            reports: string
          }
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        name: string
        frequency: 'daily' | 'weekly' | 'monthly'
        /** `HH:mm` in the organisation's time zone */
        time_of_day: string
        format?: 'pdf' | 'csv' | 'xlsx'
        report_type?: string
        parameters?: {
          /** Read anew at each run */
          period?: 'today' | 'yesterday' | 'last_7_days' | 'last_30_days' | 'last_90_days' | 'this_week' | 'last_week' | 'this_month' | 'last_month' | 'last_quarter' | 'last_year'
          start_date?: string | null
          end_date?: string | null
          /** Absent: all */
          channel?: 'voice' | 'chat' | 'all' | null
          /** Names or ids */
          departments?: string[]
          /** Names or ids */
          teams?: string[]
          /** Ids, external ids or e-mail addresses */
          agents?: string[]
          /** Whether conversations of no known agent count; absent: only where no people are named */
          include_unassigned?: boolean
          filter?: string | null
          sections?: ('volume' | 'handling' | 'sentiment' | 'languages' | 'agents' | 'teams' | 'trends' | 'keywords')[]
          /** Ids as GET /v1/analytics/catalogue lists them; with a chart, or `none` */
          metrics?: (string | {
            metric: string
            chart?: 'line' | 'bar' | 'none'
          })[]
        }
        /** Of weekly ones: 1 is Monday; absent: Monday */
        weekdays?: number[]
        day_of_month?: number | null
        /** Ids or e-mail addresses of users. Other addresses need reports:manage over the whole organisation. */
        recipients?: string[]
        /** `link`: signed, for a week. `attachment`: up to 10 MiB, else a link. Absent: link */
        delivery?: 'link' | 'attachment'
      } } }
      responses: { 201: { content: { 'application/json': {
        schedule_id: string
        name: string
        format: string
        report_type: string
        parameters: {
        }
        frequency: string
        time_of_day: string
        weekdays: number[]
        day_of_month: number | null
        time_zone: string
        recipients: ({
          user_id: string | null
          email: string
          is_active: boolean
        })[]
        delivery: string
        state: 'active' | 'paused'
        paused_reason: string | null
        created_by: string
        /** With whose rights it runs: who made it, or changed or resumed it last */
        runs_as: string
        /** For `If-Match` */
        revision: number
        next_run_at: string | null
        last_run_at: string | null
        last_report_id: string | null
        /** ISO 8601, UTC */
        created_at: string
        /** ISO 8601, UTC */
        updated_at: string
        links: {
          self: string
          reports: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/report-schedules/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        schedule_id: string
        name: string
        format: string
        report_type: string
        parameters: {
        }
        frequency: string
        time_of_day: string
        weekdays: number[]
        day_of_month: number | null
        time_zone: string
        recipients: ({
          user_id: string | null
          email: string
          is_active: boolean
        })[]
        delivery: string
        state: 'active' | 'paused'
        paused_reason: string | null
        created_by: string
        /** With whose rights it runs: who made it, or changed or resumed it last */
        runs_as: string
        /** For `If-Match` */
        revision: number
        next_run_at: string | null
        last_run_at: string | null
        last_report_id: string | null
        /** ISO 8601, UTC */
        created_at: string
        /** ISO 8601, UTC */
        updated_at: string
        links: {
          self: string
          reports: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        name?: string
        format?: 'pdf' | 'csv' | 'xlsx'
        report_type?: string
        parameters?: {
          /** Read anew at each run */
          period?: 'today' | 'yesterday' | 'last_7_days' | 'last_30_days' | 'last_90_days' | 'this_week' | 'last_week' | 'this_month' | 'last_month' | 'last_quarter' | 'last_year'
          start_date?: string | null
          end_date?: string | null
          /** Absent: all */
          channel?: 'voice' | 'chat' | 'all' | null
          /** Names or ids */
          departments?: string[]
          /** Names or ids */
          teams?: string[]
          /** Ids, external ids or e-mail addresses */
          agents?: string[]
          /** Whether conversations of no known agent count; absent: only where no people are named */
          include_unassigned?: boolean
          filter?: string | null
          sections?: ('volume' | 'handling' | 'sentiment' | 'languages' | 'agents' | 'teams' | 'trends' | 'keywords')[]
          /** Ids as GET /v1/analytics/catalogue lists them; with a chart, or `none` */
          metrics?: (string | {
            metric: string
            chart?: 'line' | 'bar' | 'none'
          })[]
        }
        frequency?: 'daily' | 'weekly' | 'monthly'
        /** `HH:mm` in the organisation's time zone */
        time_of_day?: string
        /** Of weekly ones: 1 is Monday; absent: Monday */
        weekdays?: number[]
        day_of_month?: number | null
        /** Ids or e-mail addresses of users. Other addresses need reports:manage over the whole organisation. */
        recipients?: string[]
        /** `link`: signed, for a week. `attachment`: up to 10 MiB, else a link. Absent: link */
        delivery?: 'link' | 'attachment'
      } } }
      responses: { 200: { content: { 'application/json': {
        schedule_id: string
        name: string
        format: string
        report_type: string
        parameters: {
        }
        frequency: string
        time_of_day: string
        weekdays: number[]
        day_of_month: number | null
        time_zone: string
        recipients: ({
          user_id: string | null
          email: string
          is_active: boolean
        })[]
        delivery: string
        state: 'active' | 'paused'
        paused_reason: string | null
        created_by: string
        /** With whose rights it runs: who made it, or changed or resumed it last */
        runs_as: string
        /** For `If-Match` */
        revision: number
        next_run_at: string | null
        last_run_at: string | null
        last_report_id: string | null
        /** ISO 8601, UTC */
        created_at: string
        /** ISO 8601, UTC */
        updated_at: string
        links: {
          self: string
          reports: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/report-schedules/{id}/pause': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        schedule_id: string
        name: string
        format: string
        report_type: string
        parameters: {
        }
        frequency: string
        time_of_day: string
        weekdays: number[]
        day_of_month: number | null
        time_zone: string
        recipients: ({
          user_id: string | null
          email: string
          is_active: boolean
        })[]
        delivery: string
        state: 'active' | 'paused'
        paused_reason: string | null
        created_by: string
        /** With whose rights it runs: who made it, or changed or resumed it last */
        runs_as: string
        /** For `If-Match` */
        revision: number
        next_run_at: string | null
        last_run_at: string | null
        last_report_id: string | null
        /** ISO 8601, UTC */
        created_at: string
        /** ISO 8601, UTC */
        updated_at: string
        links: {
          self: string
          reports: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/report-schedules/{id}/resume': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        schedule_id: string
        name: string
        format: string
        report_type: string
        parameters: {
        }
        frequency: string
        time_of_day: string
        weekdays: number[]
        day_of_month: number | null
        time_zone: string
        recipients: ({
          user_id: string | null
          email: string
          is_active: boolean
        })[]
        delivery: string
        state: 'active' | 'paused'
        paused_reason: string | null
        created_by: string
        /** With whose rights it runs: who made it, or changed or resumed it last */
        runs_as: string
        /** For `If-Match` */
        revision: number
        next_run_at: string | null
        last_run_at: string | null
        last_report_id: string | null
        /** ISO 8601, UTC */
        created_at: string
        /** ISO 8601, UTC */
        updated_at: string
        links: {
          self: string
          reports: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/report-schedules/{id}/run': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 202: { content: { 'application/json': {
        report_id: string
        report_type: string
        name: string
        format: string
        /** `generating` until it is there; `expired` once its file was removed */
        status: 'generating' | 'completed' | 'failed' | 'expired'
        state: 'queued' | 'running' | 'completed' | 'failed' | 'expired'
        rows: number | null
        size_bytes: number | null
        warnings: string[]
        failure: {
          code: string
          message: string
        } | null
        created_by: string
        /** ISO 8601, UTC */
        created_at: string
        started_at: string | null
        completed_at: string | null
        expires_at: string | null
        download_url: string | null
        links: {
          self: string
          file: string
        }
        definition: {
        }
        schedule_id: string | null
        estimated_completion: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/samples': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 202: { content: { 'application/json': {
        conversations: ({
          id: string
          channel: 'voice' | 'chat'
          /** false: it was here already */
          is_new: boolean
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/uploads': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/offset+octet-stream': unknown } }
      responses: { 201: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/uploads/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        purpose: 'batch' | 'recording'
        size_bytes: number
        /** How much is here */
        offset_bytes: number
        ingest_job_id: string | null
        conversation_id: string | null
        expires_at: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/offset+octet-stream': unknown } }
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/offset+octet-stream': unknown } }
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/ingest-jobs': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** What the job is called in lists */
        name?: string
        /** Tell what would happen, and take nothing in */
        dry_run?: boolean
        /** Agents, teams and departments that are not known: made, left out, or the item is refused */
        unknown_people?: 'create_or_leave' | 'create' | 'leave' | 'refuse'
        /** Whom names that are not known stand for, as `{"agents": {"J Smith": "Jane Smith"}}` */
        people?: {
          agents?: Record<string, string>
          teams?: Record<string, string>
          departments?: Record<string, string>
        }
        /** Take in again what is here already */
        allow_duplicates?: boolean
        /** Metadata of items that do not say otherwise */
        defaults?: {
        }
        notify_emails?: string[]
        /** Where the ZIP or the list is fetched from */
        file_url?: string
        /** Chats, or calls with a `file_url`, each with its metadata */
        items?: {
        }[]
        /** The file comes later: answers where to send it */
        upload?: {
          file_name?: string
        }
        /** Items are sent one by one, each naming this job */
        open?: true
        /** Of an open job: the watcher that sends */
        watcher_id?: string
      }; 'multipart/form-data': {
        /** What the job is called in lists */
        name?: string
        /** Tell what would happen, and take nothing in */
        dry_run?: boolean
        /** Agents, teams and departments that are not known: made, left out, or the item is refused */
        unknown_people?: 'create_or_leave' | 'create' | 'leave' | 'refuse'
        /** Whom names that are not known stand for, as `{"agents": {"J Smith": "Jane Smith"}}` */
        people?: {
          agents?: Record<string, string>
          teams?: Record<string, string>
          departments?: Record<string, string>
        }
        /** Take in again what is here already */
        allow_duplicates?: boolean
        /** Metadata of items that do not say otherwise */
        defaults?: {
        }
        notify_emails?: string[]
        /** Where the ZIP or the list is fetched from */
        file_url?: string
        /** Chats, or calls with a `file_url`, each with its metadata */
        items?: {
        }[]
        /** The file comes later: answers where to send it */
        upload?: {
          file_name?: string
        }
        /** Items are sent one by one, each naming this job */
        open?: true
        /** Of an open job: the watcher that sends */
        watcher_id?: string
      } } }
      responses: { 202: { content: { 'application/json': {
        job_id: string
        name: string
        source: 'zip' | 'list' | 'remote_folder' | 'watch' | 'api'
        source_id: string | null
        state: 'open' | 'uploading' | 'received' | 'expanded' | 'planned' | 'done' | 'partial' | 'failed' | 'cancelled'
        is_dry_run: boolean
        options: {
        }
        counts: {
          total: number
          ok: number
          failed: number
          duplicate: number
          waiting: number
          cancelled: number
        }
        progress: {
          share: number | null
          items_per_second: number | null
          estimated_end: string | null
        }
        warnings: string[]
        /** Names that are not known yet, rows without a file, files without a row */
        findings: {
          agents?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          teams?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          departments?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          rows_without_file?: string[]
          files_without_row?: string[]
          ignored_files?: string[]
        }
        /** Why nothing of it could be taken in */
        failure: {
          code: string
          reason: string
        } | null
        file_url: string | null
        size_bytes: number | null
        made_by: string
        sent_by: string
        created_at: string
        updated_at: string
        ended_at: string | null
        links: {
          self: string
          items: string
          errors: string
          progress: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    get: {
      parameters: { query?: { 'state'?: 'open' | 'uploading' | 'received' | 'expanded' | 'planned' | 'done' | 'partial' | 'failed' | 'cancelled'; 'source'?: 'zip' | 'list' | 'remote_folder' | 'watch' | 'api'; 'source_id'?: string; 'from'?: string; 'to'?: string; 'cursor'?: string; 'limit'?: number }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        jobs: ({
          job_id: string
          name: string
          source: 'zip' | 'list' | 'remote_folder' | 'watch' | 'api'
          source_id: string | null
          state: 'open' | 'uploading' | 'received' | 'expanded' | 'planned' | 'done' | 'partial' | 'failed' | 'cancelled'
          is_dry_run: boolean
          options: {
          }
          counts: {
            total: number
            ok: number
            failed: number
            duplicate: number
            waiting: number
            cancelled: number
          }
          progress: {
            share: number | null
            items_per_second: number | null
            estimated_end: string | null
          }
          warnings: string[]
          /** Names that are not known yet, rows without a file, files without a row */
          findings: {
            agents?: {
              name: string
              items: number
              /** Known names it may mean */
              similar: string[]
            }[]
            teams?: {
              name: string
              items: number
              /** Known names it may mean */
              similar: string[]
            }[]
            departments?: {
              name: string
              items: number
              /** Known names it may mean */
              similar: string[]
            }[]
            rows_without_file?: string[]
            files_without_row?: string[]
            ignored_files?: string[]
          }
          /** Why nothing of it could be taken in */
          failure: {
            code: string
            reason: string
          } | null
          file_url: string | null
          size_bytes: number | null
          made_by: string
          sent_by: string
          created_at: string
          updated_at: string
          ended_at: string | null
          links: {
            self: string
            items: string
            errors: string
            progress: string
          }
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/ingest-jobs/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        job_id: string
        name: string
        source: 'zip' | 'list' | 'remote_folder' | 'watch' | 'api'
        source_id: string | null
        state: 'open' | 'uploading' | 'received' | 'expanded' | 'planned' | 'done' | 'partial' | 'failed' | 'cancelled'
        is_dry_run: boolean
        options: {
        }
        counts: {
          total: number
          ok: number
          failed: number
          duplicate: number
          waiting: number
          cancelled: number
        }
        progress: {
          share: number | null
          items_per_second: number | null
          estimated_end: string | null
        }
        warnings: string[]
        /** Names that are not known yet, rows without a file, files without a row */
        findings: {
          agents?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          teams?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          departments?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          rows_without_file?: string[]
          files_without_row?: string[]
          ignored_files?: string[]
        }
        /** Why nothing of it could be taken in */
        failure: {
          code: string
          reason: string
        } | null
        file_url: string | null
        size_bytes: number | null
        made_by: string
        sent_by: string
        created_at: string
        updated_at: string
        ended_at: string | null
        links: {
          self: string
          items: string
          errors: string
          progress: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/ingest-jobs/{id}/items': {
    get: {
      parameters: { query?: { 'state'?: 'waiting' | 'ok' | 'failed' | 'duplicate' | 'cancelled'; 'cursor'?: string; 'limit'?: number }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        items: ({
          position: number
          name: string
          kind: 'recording' | 'chat'
          state: 'waiting' | 'ok' | 'failed' | 'duplicate' | 'cancelled'
          code: string | null
          reason: string | null
          warnings: string[]
          conversation_id: string | null
          size_bytes: number | null
          attempt: number
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/ingest-jobs/{id}/errors.csv': {
    get: {
      parameters: { query?: { 'separator'?: ',' | ';' }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'text/csv': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/ingest-jobs/{id}/progress': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'text/event-stream': unknown } }; 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/ingest-jobs/{id}/start': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Agents, teams and departments that are not known: made, left out, or the item is refused */
        unknown_people?: 'create_or_leave' | 'create' | 'leave' | 'refuse'
        /** Whom names that are not known stand for, as `{"agents": {"J Smith": "Jane Smith"}}` */
        people?: {
          agents?: Record<string, string>
          teams?: Record<string, string>
          departments?: Record<string, string>
        }
        /** Take in again what is here already */
        allow_duplicates?: boolean
      } } }
      responses: { 202: { content: { 'application/json': {
        job_id: string
        name: string
        source: 'zip' | 'list' | 'remote_folder' | 'watch' | 'api'
        source_id: string | null
        state: 'open' | 'uploading' | 'received' | 'expanded' | 'planned' | 'done' | 'partial' | 'failed' | 'cancelled'
        is_dry_run: boolean
        options: {
        }
        counts: {
          total: number
          ok: number
          failed: number
          duplicate: number
          waiting: number
          cancelled: number
        }
        progress: {
          share: number | null
          items_per_second: number | null
          estimated_end: string | null
        }
        warnings: string[]
        /** Names that are not known yet, rows without a file, files without a row */
        findings: {
          agents?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          teams?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          departments?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          rows_without_file?: string[]
          files_without_row?: string[]
          ignored_files?: string[]
        }
        /** Why nothing of it could be taken in */
        failure: {
          code: string
          reason: string
        } | null
        file_url: string | null
        size_bytes: number | null
        made_by: string
        sent_by: string
        created_at: string
        updated_at: string
        ended_at: string | null
        links: {
          self: string
          items: string
          errors: string
          progress: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/ingest-jobs/{id}/cancel': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        job_id: string
        name: string
        source: 'zip' | 'list' | 'remote_folder' | 'watch' | 'api'
        source_id: string | null
        state: 'open' | 'uploading' | 'received' | 'expanded' | 'planned' | 'done' | 'partial' | 'failed' | 'cancelled'
        is_dry_run: boolean
        options: {
        }
        counts: {
          total: number
          ok: number
          failed: number
          duplicate: number
          waiting: number
          cancelled: number
        }
        progress: {
          share: number | null
          items_per_second: number | null
          estimated_end: string | null
        }
        warnings: string[]
        /** Names that are not known yet, rows without a file, files without a row */
        findings: {
          agents?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          teams?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          departments?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          rows_without_file?: string[]
          files_without_row?: string[]
          ignored_files?: string[]
        }
        /** Why nothing of it could be taken in */
        failure: {
          code: string
          reason: string
        } | null
        file_url: string | null
        size_bytes: number | null
        made_by: string
        sent_by: string
        created_at: string
        updated_at: string
        ended_at: string | null
        links: {
          self: string
          items: string
          errors: string
          progress: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/ingest-jobs/{id}/retry': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Agents, teams and departments that are not known: made, left out, or the item is refused */
        unknown_people?: 'create_or_leave' | 'create' | 'leave' | 'refuse'
        /** Whom names that are not known stand for, as `{"agents": {"J Smith": "Jane Smith"}}` */
        people?: {
          agents?: Record<string, string>
          teams?: Record<string, string>
          departments?: Record<string, string>
        }
        /** Take in again what is here already */
        allow_duplicates?: boolean
        /** Only items that failed with one of these */
        codes?: string[]
      } } }
      responses: { 202: { content: { 'application/json': {
        job_id: string
        name: string
        source: 'zip' | 'list' | 'remote_folder' | 'watch' | 'api'
        source_id: string | null
        state: 'open' | 'uploading' | 'received' | 'expanded' | 'planned' | 'done' | 'partial' | 'failed' | 'cancelled'
        is_dry_run: boolean
        options: {
        }
        counts: {
          total: number
          ok: number
          failed: number
          duplicate: number
          waiting: number
          cancelled: number
        }
        progress: {
          share: number | null
          items_per_second: number | null
          estimated_end: string | null
        }
        warnings: string[]
        /** Names that are not known yet, rows without a file, files without a row */
        findings: {
          agents?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          teams?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          departments?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          rows_without_file?: string[]
          files_without_row?: string[]
          ignored_files?: string[]
        }
        /** Why nothing of it could be taken in */
        failure: {
          code: string
          reason: string
        } | null
        file_url: string | null
        size_bytes: number | null
        made_by: string
        sent_by: string
        created_at: string
        updated_at: string
        ended_at: string | null
        links: {
          self: string
          items: string
          errors: string
          progress: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/ingest-jobs/{id}/items/{position}/retry': {
    post: {
      parameters: { query?: never; path: { 'id': string; 'position': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 202: { content: { 'application/json': {
        job_id: string
        name: string
        source: 'zip' | 'list' | 'remote_folder' | 'watch' | 'api'
        source_id: string | null
        state: 'open' | 'uploading' | 'received' | 'expanded' | 'planned' | 'done' | 'partial' | 'failed' | 'cancelled'
        is_dry_run: boolean
        options: {
        }
        counts: {
          total: number
          ok: number
          failed: number
          duplicate: number
          waiting: number
          cancelled: number
        }
        progress: {
          share: number | null
          items_per_second: number | null
          estimated_end: string | null
        }
        warnings: string[]
        /** Names that are not known yet, rows without a file, files without a row */
        findings: {
          agents?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          teams?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          departments?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          rows_without_file?: string[]
          files_without_row?: string[]
          ignored_files?: string[]
        }
        /** Why nothing of it could be taken in */
        failure: {
          code: string
          reason: string
        } | null
        file_url: string | null
        size_bytes: number | null
        made_by: string
        sent_by: string
        created_at: string
        updated_at: string
        ended_at: string | null
        links: {
          self: string
          items: string
          errors: string
          progress: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/ingest-jobs/{id}/close': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        job_id: string
        name: string
        source: 'zip' | 'list' | 'remote_folder' | 'watch' | 'api'
        source_id: string | null
        state: 'open' | 'uploading' | 'received' | 'expanded' | 'planned' | 'done' | 'partial' | 'failed' | 'cancelled'
        is_dry_run: boolean
        options: {
        }
        counts: {
          total: number
          ok: number
          failed: number
          duplicate: number
          waiting: number
          cancelled: number
        }
        progress: {
          share: number | null
          items_per_second: number | null
          estimated_end: string | null
        }
        warnings: string[]
        /** Names that are not known yet, rows without a file, files without a row */
        findings: {
          agents?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          teams?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          departments?: {
            name: string
            items: number
            /** Known names it may mean */
            similar: string[]
          }[]
          rows_without_file?: string[]
          files_without_row?: string[]
          ignored_files?: string[]
        }
        /** Why nothing of it could be taken in */
        failure: {
          code: string
          reason: string
        } | null
        file_url: string | null
        size_bytes: number | null
        made_by: string
        sent_by: string
        created_at: string
        updated_at: string
        ended_at: string | null
        links: {
          self: string
          items: string
          errors: string
          progress: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/usage': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        /** As 2026-03 */
        month: string
        time_zone: string
        on_allocation_exceeded: 'halt' | 'continue'
        minutes: {
          used: number
          /** Of what is being worked on; settled when it ends */
          reserved: number
          /** null: unlimited */
          limit: number | null
          /** Used, of the limit */
          percent: number | null
        }
        chats: {
          used: number
          /** Of what is being worked on; settled when it ends */
          reserved: number
          /** null: unlimited */
          limit: number | null
          /** Used, of the limit */
          percent: number | null
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/usage/days': {
    get: {
      parameters: { query?: { 'month'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        month: string
        time_zone: string
        days: {
          date: string
          minutes: number
          calls: number
          chats: number
        }[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/remote-servers': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Once in the organisation */
        name: string
        /** ftps: FTP that turns to TLS; ftps_implicit: TLS from the start */
        protocol: 'ftp' | 'ftps' | 'ftps_implicit' | 'sftp' | 's3'
        host?: string | null
        port?: number | null
        user_name?: string | null
        password?: string | null
        private_key?: string | null
        passphrase?: string | null
        path?: string | null
        host_key?: string | null
        certificate_sha256?: string | null
        bucket?: string | null
        region?: string | null
        endpoint?: string | null
        force_path_style?: boolean | null
        access_key_id?: string | null
        secret_access_key?: string | null
        connections_max?: number | null
        bytes_per_second_max?: number | null
      } } }
      responses: { 201: { content: { 'application/json': {
        server_id: string
        name: string
        /** `mounted`: a folder that whoever runs this server opened */
        protocol: string
        host: string | null
        port: number | null
        user_name: string | null
        path: string | null
        host_key: string | null
        certificate_sha256: string | null
        bucket: string | null
        region: string | null
        endpoint: string | null
        force_path_style: boolean | null
        access_key_id: string | null
        connections_max: number | null
        bytes_per_second_max: number | null
        has_password: boolean
        has_private_key: boolean
        has_passphrase: boolean
        has_secret_access_key: boolean
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        servers: ({
          server_id: string
          name: string
          /** `mounted`: a folder that whoever runs this server opened */
          protocol: string
          host: string | null
          port: number | null
          user_name: string | null
          path: string | null
          host_key: string | null
          certificate_sha256: string | null
          bucket: string | null
          region: string | null
          endpoint: string | null
          force_path_style: boolean | null
          access_key_id: string | null
          connections_max: number | null
          bytes_per_second_max: number | null
          has_password: boolean
          has_private_key: boolean
          has_passphrase: boolean
          has_secret_access_key: boolean
          created_at: string
          updated_at: string
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/remote-servers/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        server_id: string
        name: string
        /** `mounted`: a folder that whoever runs this server opened */
        protocol: string
        host: string | null
        port: number | null
        user_name: string | null
        path: string | null
        host_key: string | null
        certificate_sha256: string | null
        bucket: string | null
        region: string | null
        endpoint: string | null
        force_path_style: boolean | null
        access_key_id: string | null
        connections_max: number | null
        bytes_per_second_max: number | null
        has_password: boolean
        has_private_key: boolean
        has_passphrase: boolean
        has_secret_access_key: boolean
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Once in the organisation */
        name?: string
        /** ftps: FTP that turns to TLS; ftps_implicit: TLS from the start */
        protocol?: 'ftp' | 'ftps' | 'ftps_implicit' | 'sftp' | 's3'
        host?: string | null
        port?: number | null
        user_name?: string | null
        password?: string | null
        private_key?: string | null
        passphrase?: string | null
        path?: string | null
        host_key?: string | null
        certificate_sha256?: string | null
        bucket?: string | null
        region?: string | null
        endpoint?: string | null
        force_path_style?: boolean | null
        access_key_id?: string | null
        secret_access_key?: string | null
        connections_max?: number | null
        bytes_per_second_max?: number | null
      } } }
      responses: { 200: { content: { 'application/json': {
        server_id: string
        name: string
        /** `mounted`: a folder that whoever runs this server opened */
        protocol: string
        host: string | null
        port: number | null
        user_name: string | null
        path: string | null
        host_key: string | null
        certificate_sha256: string | null
        bucket: string | null
        region: string | null
        endpoint: string | null
        force_path_style: boolean | null
        access_key_id: string | null
        connections_max: number | null
        bytes_per_second_max: number | null
        has_password: boolean
        has_private_key: boolean
        has_passphrase: boolean
        has_secret_access_key: boolean
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/remote-servers/test': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Once in the organisation */
        name?: string
        /** ftps: FTP that turns to TLS; ftps_implicit: TLS from the start */
        protocol: 'ftp' | 'ftps' | 'ftps_implicit' | 'sftp' | 's3'
        host?: string | null
        port?: number | null
        user_name?: string | null
        password?: string | null
        private_key?: string | null
        passphrase?: string | null
        path?: string | null
        host_key?: string | null
        certificate_sha256?: string | null
        bucket?: string | null
        region?: string | null
        endpoint?: string | null
        force_path_style?: boolean | null
        access_key_id?: string | null
        secret_access_key?: string | null
        connections_max?: number | null
        bytes_per_second_max?: number | null
        /** Also make and remove a small file, as moving files needs it */
        write?: boolean
      } } }
      responses: { 200: { content: { 'application/json': {
        ok: boolean
        steps: ({
          step: 'name' | 'route' | 'tls' | 'host_key' | 'login' | 'directory' | 'list' | 'read' | 'write'
          ok: boolean
          /** What was found, or what is wrong and how to mend it */
          detail: string
          /** Of the host key or certificate that was met */
          fingerprint?: string
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/remote-servers/{id}/test': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** A folder in the one that the server opens */
        path?: string
        /** Also make and remove a small file, as moving files needs it */
        write?: boolean
      } } }
      responses: { 200: { content: { 'application/json': {
        ok: boolean
        steps: ({
          step: 'name' | 'route' | 'tls' | 'host_key' | 'login' | 'directory' | 'list' | 'read' | 'write'
          ok: boolean
          /** What was found, or what is wrong and how to mend it */
          detail: string
          /** Of the host key or certificate that was met */
          fingerprint?: string
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/organisations/{id}/mounted-folders': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Once in the organisation */
        name: string
        /** Absolute, in one of INDABA_MOUNTED_FOLDERS */
        path: string
      } } }
      responses: { 201: { content: { 'application/json': {
        server_id: string
        name: string
        /** `mounted`: a folder that whoever runs this server opened */
        protocol: string
        host: string | null
        port: number | null
        user_name: string | null
        path: string | null
        host_key: string | null
        certificate_sha256: string | null
        bucket: string | null
        region: string | null
        endpoint: string | null
        force_path_style: boolean | null
        access_key_id: string | null
        connections_max: number | null
        bytes_per_second_max: number | null
        has_password: boolean
        has_private_key: boolean
        has_passphrase: boolean
        has_secret_access_key: boolean
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        servers: ({
          server_id: string
          name: string
          /** `mounted`: a folder that whoever runs this server opened */
          protocol: string
          host: string | null
          port: number | null
          user_name: string | null
          path: string | null
          host_key: string | null
          certificate_sha256: string | null
          bucket: string | null
          region: string | null
          endpoint: string | null
          force_path_style: boolean | null
          access_key_id: string | null
          connections_max: number | null
          bytes_per_second_max: number | null
          has_password: boolean
          has_private_key: boolean
          has_passphrase: boolean
          has_secret_access_key: boolean
          created_at: string
          updated_at: string
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/organisations/{id}/mounted-folders/{server_id}': {
    delete: {
      parameters: { query?: never; path: { 'id': string; 'server_id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/remote-folders': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Once in the organisation */
        name: string
        server_id: string
        /** Below the folder that the server opens; empty: that one */
        path?: string
        /** Which files, and what their names tell. Absent: * */
        pattern?: string
        /** How many folders deep; absent: 0, the folder alone */
        depth?: number
        /** Either every_seconds or times. Absent: every 300 seconds */
        schedule?: {
          every_seconds?: number
          /** Times of the day in the time zone of the organisation, as 02:30 */
          times?: string[]
          /** With times; absent: all */
          days?: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]
        }
        complete_when?: {
          /** steady: seen with the same size and time at two looks; marker: a file of the same name with `suffix` lies beside it; at_once: files only get their name when they are complete */
          rule: 'steady' | 'marker' | 'at_once'
          /** Absent: 60 */
          steady_seconds?: number
          /** Absent: .done */
          suffix?: string
        }
        afterwards?: {
          /** What is done with files that were taken in */
          rule: 'leave' | 'move' | 'delete'
          to?: string | null
          failed_to?: string | null
        }
        /** Metadata files beside the recordings; absent: used */
        sidecars?: 'used' | 'required' | 'off'
        /** The rest follows, oldest first. Absent: 5000 */
        files_per_sync?: number
        since?: string | null
        /** Of the ingest jobs that the folder makes */
        options?: {
          /** Agents, teams and departments that are not known: made, left out, or the item is refused */
          unknown_people?: 'create_or_leave' | 'create' | 'leave' | 'refuse'
          /** Whom names that are not known stand for, as `{"agents": {"J Smith": "Jane Smith"}}` */
          people?: {
            agents?: Record<string, string>
            teams?: Record<string, string>
            departments?: Record<string, string>
          }
          /** Take in again what is here already */
          allow_duplicates?: boolean
          /** Metadata of files of which nothing else is said */
          defaults?: {
          }
          /** Told of each load */
          notify_emails?: string[]
        }
        /** Told when it fails, and when it works again */
        notify_emails?: string[]
        /** Failures in a row before anybody is told; absent: 3 */
        notify_after?: number
        /** false: paused */
        is_active?: boolean
      } } }
      responses: { 201: { content: { 'application/json': {
        folder_id: string
        /** Once in the organisation */
        name: string
        server_id: string
        /** Below the folder that the server opens; empty: that one */
        path: string
        /** Which files, and what their names tell. Absent: * */
        pattern: string
        /** How many folders deep; absent: 0, the folder alone */
        depth: number
        /** Either every_seconds or times. Absent: every 300 seconds */
        schedule: {
          every_seconds?: number
          /** Times of the day in the time zone of the organisation, as 02:30 */
          times?: string[]
          /** With times; absent: all */
          days?: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]
        }
        complete_when: {
          /** steady: seen with the same size and time at two looks; marker: a file of the same name with `suffix` lies beside it; at_once: files only get their name when they are complete */
          rule: 'steady' | 'marker' | 'at_once'
          /** Absent: 60 */
          steady_seconds?: number
          /** Absent: .done */
          suffix?: string
        }
        afterwards: {
          /** What is done with files that were taken in */
          rule: 'leave' | 'move' | 'delete'
          to?: string | null
          failed_to?: string | null
        }
        /** Metadata files beside the recordings; absent: used */
        sidecars: 'used' | 'required' | 'off'
        /** The rest follows, oldest first. Absent: 5000 */
        files_per_sync: number
        since: string | null
        /** Of the ingest jobs that the folder makes */
        options: {
          /** Agents, teams and departments that are not known: made, left out, or the item is refused */
          unknown_people?: 'create_or_leave' | 'create' | 'leave' | 'refuse'
          /** Whom names that are not known stand for, as `{"agents": {"J Smith": "Jane Smith"}}` */
          people?: {
            agents?: Record<string, string>
            teams?: Record<string, string>
            departments?: Record<string, string>
          }
          /** Take in again what is here already */
          allow_duplicates?: boolean
          /** Metadata of files of which nothing else is said */
          defaults?: {
          }
          /** Told of each load */
          notify_emails?: string[]
        }
        /** Told when it fails, and when it works again */
        notify_emails: string[]
        /** Failures in a row before anybody is told; absent: 3 */
        notify_after: number
        /** false: paused */
        is_active: boolean
        health: {
          state: 'ok' | 'failing' | 'paused'
          failed_step: string | null
          reason: string | null
          failing_since: string | null
          /** In a row */
          failures: number
          /** What needs attention and stops nothing */
          warnings: string[]
        }
        /** A sync is queued or under way */
        is_syncing: boolean
        next_sync_at: string
        last_sync_at: string | null
        last_ok_at: string | null
        last_job_id: string | null
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        folders: ({
          folder_id: string
          /** Once in the organisation */
          name: string
          server_id: string
          /** Below the folder that the server opens; empty: that one */
          path: string
          /** Which files, and what their names tell. Absent: * */
          pattern: string
          /** How many folders deep; absent: 0, the folder alone */
          depth: number
          /** Either every_seconds or times. Absent: every 300 seconds */
          schedule: {
            every_seconds?: number
            /** Times of the day in the time zone of the organisation, as 02:30 */
            times?: string[]
            /** With times; absent: all */
            days?: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]
          }
          complete_when: {
            /** steady: seen with the same size and time at two looks; marker: a file of the same name with `suffix` lies beside it; at_once: files only get their name when they are complete */
            rule: 'steady' | 'marker' | 'at_once'
            /** Absent: 60 */
            steady_seconds?: number
            /** Absent: .done */
            suffix?: string
          }
          afterwards: {
            /** What is done with files that were taken in */
            rule: 'leave' | 'move' | 'delete'
            to?: string | null
            failed_to?: string | null
          }
          /** Metadata files beside the recordings; absent: used */
          sidecars: 'used' | 'required' | 'off'
          /** The rest follows, oldest first. Absent: 5000 */
          files_per_sync: number
          since: string | null
          /** Of the ingest jobs that the folder makes */
          options: {
            /** Agents, teams and departments that are not known: made, left out, or the item is refused */
            unknown_people?: 'create_or_leave' | 'create' | 'leave' | 'refuse'
            /** Whom names that are not known stand for, as `{"agents": {"J Smith": "Jane Smith"}}` */
            people?: {
              agents?: Record<string, string>
              teams?: Record<string, string>
              departments?: Record<string, string>
            }
            /** Take in again what is here already */
            allow_duplicates?: boolean
            /** Metadata of files of which nothing else is said */
            defaults?: {
            }
            /** Told of each load */
            notify_emails?: string[]
          }
          /** Told when it fails, and when it works again */
          notify_emails: string[]
          /** Failures in a row before anybody is told; absent: 3 */
          notify_after: number
          /** false: paused */
          is_active: boolean
          health: {
            state: 'ok' | 'failing' | 'paused'
            failed_step: string | null
            reason: string | null
            failing_since: string | null
            /** In a row */
            failures: number
            /** What needs attention and stops nothing */
            warnings: string[]
          }
          /** A sync is queued or under way */
          is_syncing: boolean
          next_sync_at: string
          last_sync_at: string | null
          last_ok_at: string | null
          last_job_id: string | null
          created_at: string
          updated_at: string
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/remote-folders/test-pattern': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Which files, and what their names tell. Absent: * */
        pattern: string
        names: string[]
      } } }
      responses: { 200: { content: { 'application/json': {
        results: ({
          name: string
          fields: {
          } | null
          warnings: string[]
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/remote-folders/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        folder_id: string
        /** Once in the organisation */
        name: string
        server_id: string
        /** Below the folder that the server opens; empty: that one */
        path: string
        /** Which files, and what their names tell. Absent: * */
        pattern: string
        /** How many folders deep; absent: 0, the folder alone */
        depth: number
        /** Either every_seconds or times. Absent: every 300 seconds */
        schedule: {
          every_seconds?: number
          /** Times of the day in the time zone of the organisation, as 02:30 */
          times?: string[]
          /** With times; absent: all */
          days?: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]
        }
        complete_when: {
          /** steady: seen with the same size and time at two looks; marker: a file of the same name with `suffix` lies beside it; at_once: files only get their name when they are complete */
          rule: 'steady' | 'marker' | 'at_once'
          /** Absent: 60 */
          steady_seconds?: number
          /** Absent: .done */
          suffix?: string
        }
        afterwards: {
          /** What is done with files that were taken in */
          rule: 'leave' | 'move' | 'delete'
          to?: string | null
          failed_to?: string | null
        }
        /** Metadata files beside the recordings; absent: used */
        sidecars: 'used' | 'required' | 'off'
        /** The rest follows, oldest first. Absent: 5000 */
        files_per_sync: number
        since: string | null
        /** Of the ingest jobs that the folder makes */
        options: {
          /** Agents, teams and departments that are not known: made, left out, or the item is refused */
          unknown_people?: 'create_or_leave' | 'create' | 'leave' | 'refuse'
          /** Whom names that are not known stand for, as `{"agents": {"J Smith": "Jane Smith"}}` */
          people?: {
            agents?: Record<string, string>
            teams?: Record<string, string>
            departments?: Record<string, string>
          }
          /** Take in again what is here already */
          allow_duplicates?: boolean
          /** Metadata of files of which nothing else is said */
          defaults?: {
          }
          /** Told of each load */
          notify_emails?: string[]
        }
        /** Told when it fails, and when it works again */
        notify_emails: string[]
        /** Failures in a row before anybody is told; absent: 3 */
        notify_after: number
        /** false: paused */
        is_active: boolean
        health: {
          state: 'ok' | 'failing' | 'paused'
          failed_step: string | null
          reason: string | null
          failing_since: string | null
          /** In a row */
          failures: number
          /** What needs attention and stops nothing */
          warnings: string[]
        }
        /** A sync is queued or under way */
        is_syncing: boolean
        next_sync_at: string
        last_sync_at: string | null
        last_ok_at: string | null
        last_job_id: string | null
        created_at: string
        updated_at: string
        files: {
          watching: number
          queued: number
          taken: number
          failed: number
          gone: number
          ignored: number
        }
        last_job: {
        } | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Once in the organisation */
        name?: string
        server_id?: string
        /** Below the folder that the server opens; empty: that one */
        path?: string
        /** Which files, and what their names tell. Absent: * */
        pattern?: string
        /** How many folders deep; absent: 0, the folder alone */
        depth?: number
        /** Either every_seconds or times. Absent: every 300 seconds */
        schedule?: {
          every_seconds?: number
          /** Times of the day in the time zone of the organisation, as 02:30 */
          times?: string[]
          /** With times; absent: all */
          days?: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]
        }
        complete_when?: {
          /** steady: seen with the same size and time at two looks; marker: a file of the same name with `suffix` lies beside it; at_once: files only get their name when they are complete */
          rule: 'steady' | 'marker' | 'at_once'
          /** Absent: 60 */
          steady_seconds?: number
          /** Absent: .done */
          suffix?: string
        }
        afterwards?: {
          /** What is done with files that were taken in */
          rule: 'leave' | 'move' | 'delete'
          to?: string | null
          failed_to?: string | null
        }
        /** Metadata files beside the recordings; absent: used */
        sidecars?: 'used' | 'required' | 'off'
        /** The rest follows, oldest first. Absent: 5000 */
        files_per_sync?: number
        since?: string | null
        /** Of the ingest jobs that the folder makes */
        options?: {
          /** Agents, teams and departments that are not known: made, left out, or the item is refused */
          unknown_people?: 'create_or_leave' | 'create' | 'leave' | 'refuse'
          /** Whom names that are not known stand for, as `{"agents": {"J Smith": "Jane Smith"}}` */
          people?: {
            agents?: Record<string, string>
            teams?: Record<string, string>
            departments?: Record<string, string>
          }
          /** Take in again what is here already */
          allow_duplicates?: boolean
          /** Metadata of files of which nothing else is said */
          defaults?: {
          }
          /** Told of each load */
          notify_emails?: string[]
        }
        /** Told when it fails, and when it works again */
        notify_emails?: string[]
        /** Failures in a row before anybody is told; absent: 3 */
        notify_after?: number
        /** false: paused */
        is_active?: boolean
      } } }
      responses: { 200: { content: { 'application/json': {
        folder_id: string
        /** Once in the organisation */
        name: string
        server_id: string
        /** Below the folder that the server opens; empty: that one */
        path: string
        /** Which files, and what their names tell. Absent: * */
        pattern: string
        /** How many folders deep; absent: 0, the folder alone */
        depth: number
        /** Either every_seconds or times. Absent: every 300 seconds */
        schedule: {
          every_seconds?: number
          /** Times of the day in the time zone of the organisation, as 02:30 */
          times?: string[]
          /** With times; absent: all */
          days?: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]
        }
        complete_when: {
          /** steady: seen with the same size and time at two looks; marker: a file of the same name with `suffix` lies beside it; at_once: files only get their name when they are complete */
          rule: 'steady' | 'marker' | 'at_once'
          /** Absent: 60 */
          steady_seconds?: number
          /** Absent: .done */
          suffix?: string
        }
        afterwards: {
          /** What is done with files that were taken in */
          rule: 'leave' | 'move' | 'delete'
          to?: string | null
          failed_to?: string | null
        }
        /** Metadata files beside the recordings; absent: used */
        sidecars: 'used' | 'required' | 'off'
        /** The rest follows, oldest first. Absent: 5000 */
        files_per_sync: number
        since: string | null
        /** Of the ingest jobs that the folder makes */
        options: {
          /** Agents, teams and departments that are not known: made, left out, or the item is refused */
          unknown_people?: 'create_or_leave' | 'create' | 'leave' | 'refuse'
          /** Whom names that are not known stand for, as `{"agents": {"J Smith": "Jane Smith"}}` */
          people?: {
            agents?: Record<string, string>
            teams?: Record<string, string>
            departments?: Record<string, string>
          }
          /** Take in again what is here already */
          allow_duplicates?: boolean
          /** Metadata of files of which nothing else is said */
          defaults?: {
          }
          /** Told of each load */
          notify_emails?: string[]
        }
        /** Told when it fails, and when it works again */
        notify_emails: string[]
        /** Failures in a row before anybody is told; absent: 3 */
        notify_after: number
        /** false: paused */
        is_active: boolean
        health: {
          state: 'ok' | 'failing' | 'paused'
          failed_step: string | null
          reason: string | null
          failing_since: string | null
          /** In a row */
          failures: number
          /** What needs attention and stops nothing */
          warnings: string[]
        }
        /** A sync is queued or under way */
        is_syncing: boolean
        next_sync_at: string
        last_sync_at: string | null
        last_ok_at: string | null
        last_job_id: string | null
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/remote-folders/{id}/sync': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 202: { content: { 'application/json': {
        is_new: boolean
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/remote-folders/{id}/files': {
    get: {
      parameters: { query?: { 'state'?: 'watching' | 'queued' | 'taken' | 'failed' | 'gone' | 'ignored'; 'limit'?: number; 'cursor'?: string }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        files: ({
          path: string
          size_bytes: number
          modified_at: string | null
          state: 'watching' | 'queued' | 'taken' | 'failed' | 'gone' | 'ignored'
          code: string | null
          reason: string | null
          first_seen_at: string
          /** At the last look */
          is_there: boolean
          job_id: string | null
          position: number | null
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/watchers/{name}': {
    put: {
      parameters: { query?: never; path: { 'name': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        host: string
        folder: string
        version: string
        /** It runs to an end, so its silence is not told */
        once?: boolean
        waiting: number
        sent: number
        refused: number
        /** What is wrong at present */
        last_error?: string | null
        /** Age of the file that has waited longest, in seconds */
        oldest_waiting_s?: number | null
      } } }
      responses: { 200: { content: { 'application/json': {
        watcher_id: string
        name: string
        /** `silent`: nothing was heard for 15 minutes. `failing`: it says that something is wrong */
        state: 'ok' | 'silent' | 'failing'
        host: string
        folder: string
        version: string
        once: boolean
        waiting: number
        sent: number
        refused: number
        last_error: string | null
        oldest_waiting_at: string | null
        /** ISO 8601 UTC */
        first_contact_at: string
        /** ISO 8601 UTC */
        last_contact_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    get: {
      parameters: { query?: never; path: { 'name': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        watcher_id: string
        name: string
        /** `silent`: nothing was heard for 15 minutes. `failing`: it says that something is wrong */
        state: 'ok' | 'silent' | 'failing'
        host: string
        folder: string
        version: string
        once: boolean
        waiting: number
        sent: number
        refused: number
        last_error: string | null
        oldest_waiting_at: string | null
        /** ISO 8601 UTC */
        first_contact_at: string
        /** ISO 8601 UTC */
        last_contact_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'name': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/watchers': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        watchers: ({
          watcher_id: string
          name: string
          /** `silent`: nothing was heard for 15 minutes. `failing`: it says that something is wrong */
          state: 'ok' | 'silent' | 'failing'
          host: string
          folder: string
          version: string
          once: boolean
          waiting: number
          sent: number
          refused: number
          last_error: string | null
          oldest_waiting_at: string | null
          /** ISO 8601 UTC */
          first_contact_at: string
          /** ISO 8601 UTC */
          last_contact_at: string
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/organisation': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        organisation_id: string
        /** The number by which vBot knows it */
        customer_id: number
        name: string
        company_name: string | null
        email: string | null
        /** Those that are named replace what they were; the others stay. docs/security.md lists them. */
        settings: Record<string, unknown>
        has_logo: boolean
        created_at: string
        updated_at: string
        /** For `If-Match`; the logo is not part of it */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        name?: string
        company_name?: string
        email?: string
        /** Those that are named replace what they were; the others stay. docs/security.md lists them. */
        settings?: Record<string, unknown>
      } } }
      responses: { 200: { content: { 'application/json': {
        organisation_id: string
        /** The number by which vBot knows it */
        customer_id: number
        name: string
        company_name: string | null
        email: string | null
        /** Those that are named replace what they were; the others stay. docs/security.md lists them. */
        settings: Record<string, unknown>
        has_logo: boolean
        created_at: string
        updated_at: string
        /** For `If-Match`; the logo is not part of it */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/organisation/logo': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'image/*': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    put: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'image/*': unknown } }
      responses: { 200: { content: { 'application/json': {
        content_type: string
        size_bytes: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/api-keys': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** For people */
        name: string
        environment?: 'live' | 'test'
        /** Any of calls:read, calls:write, calls:annotate, calls:delete, recordings:read, redactions:reveal, agents:read, agents:manage, analytics:read, reports:manage, events:read, webhooks:manage, ingest:manage, connections:manage, alerts:read, alerts:manage, keys:manage, users:read, users:manage, teams:manage, applications:manage, organisation:manage, audit:read */
        scopes?: string[]
        /** Days from now; 365 unless named */
        expires_in_days?: number
      } } }
      responses: { 201: { content: { 'application/json': {
        /** Shown this once */
        api_key: string
        id: string
        name: string
        environment: string
        scopes: string[]
        /** Of the installation: manages customers and reads no data */
        is_admin: boolean
        status: 'active' | 'expired' | 'revoked'
        created_at: string
        created_by: string
        expires_at: string | null
        expires_in_days: number | null
        warning: string | null
        revoked_at: string | null
        last_used_at: string | null
        last_used_address: string | null
        /** Newest first; more than one while it is being rotated */
        secrets: ({
          masked: string
          created_at: string
          valid_until: string | null
          last_used_at: string | null
          last_used_address: string | null
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string; 'unused_days'?: number }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        api_keys: ({
          id: string
          name: string
          environment: string
          scopes: string[]
          /** Of the installation: manages customers and reads no data */
          is_admin: boolean
          status: 'active' | 'expired' | 'revoked'
          created_at: string
          created_by: string
          expires_at: string | null
          expires_in_days: number | null
          warning: string | null
          revoked_at: string | null
          last_used_at: string | null
          last_used_address: string | null
          /** Newest first; more than one while it is being rotated */
          secrets: ({
            masked: string
            created_at: string
            valid_until: string | null
            last_used_at: string | null
            last_used_address: string | null
          })[]
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/api-keys/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        name: string
        environment: string
        scopes: string[]
        /** Of the installation: manages customers and reads no data */
        is_admin: boolean
        status: 'active' | 'expired' | 'revoked'
        created_at: string
        created_by: string
        expires_at: string | null
        expires_in_days: number | null
        warning: string | null
        revoked_at: string | null
        last_used_at: string | null
        last_used_address: string | null
        /** Newest first; more than one while it is being rotated */
        secrets: ({
          masked: string
          created_at: string
          valid_until: string | null
          last_used_at: string | null
          last_used_address: string | null
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** For people */
        name?: string
        /** Any of calls:read, calls:write, calls:annotate, calls:delete, recordings:read, redactions:reveal, agents:read, agents:manage, analytics:read, reports:manage, events:read, webhooks:manage, ingest:manage, connections:manage, alerts:read, alerts:manage, keys:manage, users:read, users:manage, teams:manage, applications:manage, organisation:manage, audit:read */
        scopes?: string[]
        /** Days from now; as it was unless named */
        expires_in_days?: number
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        name: string
        environment: string
        scopes: string[]
        /** Of the installation: manages customers and reads no data */
        is_admin: boolean
        status: 'active' | 'expired' | 'revoked'
        created_at: string
        created_by: string
        expires_at: string | null
        expires_in_days: number | null
        warning: string | null
        revoked_at: string | null
        last_used_at: string | null
        last_used_address: string | null
        /** Newest first; more than one while it is being rotated */
        secrets: ({
          masked: string
          created_at: string
          valid_until: string | null
          last_used_at: string | null
          last_used_address: string | null
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/api-keys/{id}/rotate': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** How long the secret before goes on working */
        overlap_hours?: number
        /** Days from now; what the key was given last, unless named */
        expires_in_days?: number
      } } }
      responses: { 200: { content: { 'application/json': {
        /** Shown this once */
        api_key: string
        id: string
        name: string
        environment: string
        scopes: string[]
        /** Of the installation: manages customers and reads no data */
        is_admin: boolean
        status: 'active' | 'expired' | 'revoked'
        created_at: string
        created_by: string
        expires_at: string | null
        expires_in_days: number | null
        warning: string | null
        revoked_at: string | null
        last_used_at: string | null
        last_used_address: string | null
        /** Newest first; more than one while it is being rotated */
        secrets: ({
          masked: string
          created_at: string
          valid_until: string | null
          last_used_at: string | null
          last_used_address: string | null
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/api-keys/{id}/usage': {
    get: {
      parameters: { query?: { 'days'?: number }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        key_id: string
        days: number
        requests: number
        by_day: {
          day: string
          requests: number
          /** By part of the API */
          groups: Record<string, number>
        }[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/session': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        email: string
        /** 8 to 128 characters: letters, digits, special characters */
        password: string
        organisation_id?: string
      } } }
      responses: { 200: { content: { 'application/json': {
        status: 'signed_in'
        /** To be sent as X-Indaba-CSRF with whatever changes something */
        csrf_token: string
        user: {
          id: string
          email: string
          name: string | null
        }
        organisation: {
          id: string
          name: string
          role: string
          level: string
          departments: string[]
          teams: string[]
          agent_id: string | null
          view_redactions: boolean
          scopes: string[]
        }
        /** All that the user may switch to */
        organisations: {
          id: string
          name: string
          role: string
        }[]
      } | {
        status: 'second_factor_needed'
        challenge: string
        expires_in_s: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        status: 'signed_in'
        /** To be sent as X-Indaba-CSRF with whatever changes something */
        csrf_token: string
        user: {
          id: string
          email: string
          name: string | null
        }
        organisation: {
          id: string
          name: string
          role: string
          level: string
          departments: string[]
          teams: string[]
          agent_id: string | null
          view_redactions: boolean
          scopes: string[]
        }
        /** All that the user may switch to */
        organisations: {
          id: string
          name: string
          role: string
        }[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/session/second-factor': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** From the link */
        challenge: string
        /** Six digits of the authenticator app, or a recovery code */
        code: string
        organisation_id?: string
      } } }
      responses: { 200: { content: { 'application/json': {
        status: 'signed_in'
        /** To be sent as X-Indaba-CSRF with whatever changes something */
        csrf_token: string
        user: {
          id: string
          email: string
          name: string | null
        }
        organisation: {
          id: string
          name: string
          role: string
          level: string
          departments: string[]
          teams: string[]
          agent_id: string | null
          view_redactions: boolean
          scopes: string[]
        }
        /** All that the user may switch to */
        organisations: {
          id: string
          name: string
          role: string
        }[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/session/organisation': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        organisation_id: string
      } } }
      responses: { 200: { content: { 'application/json': {
        status: 'signed_in'
        /** To be sent as X-Indaba-CSRF with whatever changes something */
        csrf_token: string
        user: {
          id: string
          email: string
          name: string | null
        }
        organisation: {
          id: string
          name: string
          role: string
          level: string
          departments: string[]
          teams: string[]
          agent_id: string | null
          view_redactions: boolean
          scopes: string[]
        }
        /** All that the user may switch to */
        organisations: {
          id: string
          name: string
          role: string
        }[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/sessions': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        sessions: ({
          id: string
          organisation_id: string
          address: string
          user_agent: string | null
          created_at: string
          last_seen_at: string
          expires_at: string
          is_current: boolean
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/sessions/{id}': {
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/password/forgot': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        email: string
      } } }
      responses: { 202: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/password/reset': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** From the link */
        token: string
        /** 8 to 128 characters: letters, digits, special characters */
        password: string
      } } }
      responses: { 200: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/invitations/accept': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** From the link */
        token: string
        /** 8 to 128 characters: letters, digits, special characters */
        password?: string
        name?: string
      } } }
      responses: { 200: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/me': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        email: string
        name: string | null
        email_verified: boolean
        has_password: boolean
        second_factor: {
          is_on: boolean
          recovery_codes_left: number
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        name?: string
        /** 8 to 128 characters: letters, digits, special characters */
        new_password?: string
        /** The present one; only needed for a new one */
        password?: string
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        email: string
        name: string | null
        email_verified: boolean
        has_password: boolean
        second_factor: {
          is_on: boolean
          recovery_codes_left: number
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/me/totp': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** 8 to 128 characters: letters, digits, special characters */
        password?: string
      } } }
      responses: { 200: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    put: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Six digits of the authenticator app, or a recovery code */
        code: string
      } } }
      responses: { 200: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/me/preferences': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        theme: 'light' | 'dark' | 'auto'
        density: 'compact' | 'normal' | 'spacious'
        locale: string | null
        time_zone: string | null
        start_page: string | null
        /** Columns of each list, in their order; at most 20 lists */
        columns: Record<string, string[]>
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        theme?: 'light' | 'dark' | 'auto'
        density?: 'compact' | 'normal' | 'spacious'
        locale?: string | null
        time_zone?: string | null
        start_page?: string | null
        /** Columns of each list, in their order; at most 20 lists */
        columns?: Record<string, string[]>
      } } }
      responses: { 200: { content: { 'application/json': {
        theme: 'light' | 'dark' | 'auto'
        density: 'compact' | 'normal' | 'spacious'
        locale: string | null
        time_zone: string | null
        start_page: string | null
        /** Columns of each list, in their order; at most 20 lists */
        columns: Record<string, string[]>
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/users': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string; 'state'?: 'invited' | 'active' | 'deactivated'; 'search'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        users: ({
          id: string
          email: string
          name: string | null
          state: 'invited' | 'active' | 'deactivated'
          role: string
          level: string
          departments: string[]
          teams: string[]
          agent_id: string | null
          view_redactions: boolean
          has_second_factor: boolean
          last_seen_at: string | null
          invited_until: string | null
          created_at: string
          /** For `If-Match`; another where role or reach is */
          etag: string
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        email: string
        name?: string
        role: 'owner' | 'admin' | 'supervisor' | 'analyst' | 'agent' | 'auditor'
        /** On whose data: of the organisation, of departments, of teams, or their own */
        level?: 'organisation' | 'department' | 'team' | 'own'
        departments?: string[]
        teams?: string[]
        agent_id?: string | null
        /** Sees personal data unmasked; owners and admins always do */
        view_redactions?: boolean
      } } }
      responses: { 201: { content: { 'application/json': {
        id: string
        email: string
        name: string | null
        state: 'invited' | 'active' | 'deactivated'
        role: string
        level: string
        departments: string[]
        teams: string[]
        agent_id: string | null
        view_redactions: boolean
        has_second_factor: boolean
        last_seen_at: string | null
        invited_until: string | null
        created_at: string
        /** For `If-Match`; another where role or reach is */
        etag: string
        /** Only where no mail server is set: hand it to the person yourself */
        invitation_url?: string
        warnings?: string[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/users/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        email: string
        name: string | null
        state: 'invited' | 'active' | 'deactivated'
        role: string
        level: string
        departments: string[]
        teams: string[]
        agent_id: string | null
        view_redactions: boolean
        has_second_factor: boolean
        last_seen_at: string | null
        invited_until: string | null
        created_at: string
        /** For `If-Match`; another where role or reach is */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        role?: 'owner' | 'admin' | 'supervisor' | 'analyst' | 'agent' | 'auditor'
        /** On whose data: of the organisation, of departments, of teams, or their own */
        level?: 'organisation' | 'department' | 'team' | 'own'
        departments?: string[]
        teams?: string[]
        agent_id?: string | null
        /** Sees personal data unmasked; owners and admins always do */
        view_redactions?: boolean
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        email: string
        name: string | null
        state: 'invited' | 'active' | 'deactivated'
        role: string
        level: string
        departments: string[]
        teams: string[]
        agent_id: string | null
        view_redactions: boolean
        has_second_factor: boolean
        last_seen_at: string | null
        invited_until: string | null
        created_at: string
        /** For `If-Match`; another where role or reach is */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/users/{id}/invitation': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 201: { content: { 'application/json': {
        id: string
        email: string
        name: string | null
        state: 'invited' | 'active' | 'deactivated'
        role: string
        level: string
        departments: string[]
        teams: string[]
        agent_id: string | null
        view_redactions: boolean
        has_second_factor: boolean
        last_seen_at: string | null
        invited_until: string | null
        created_at: string
        /** For `If-Match`; another where role or reach is */
        etag: string
        /** Only where no mail server is set: hand it to the person yourself */
        invitation_url?: string
        warnings?: string[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/users/{id}/deactivate': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        email: string
        name: string | null
        state: 'invited' | 'active' | 'deactivated'
        role: string
        level: string
        departments: string[]
        teams: string[]
        agent_id: string | null
        view_redactions: boolean
        has_second_factor: boolean
        last_seen_at: string | null
        invited_until: string | null
        created_at: string
        /** For `If-Match`; another where role or reach is */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/users/{id}/reactivate': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        email: string
        name: string | null
        state: 'invited' | 'active' | 'deactivated'
        role: string
        level: string
        departments: string[]
        teams: string[]
        agent_id: string | null
        view_redactions: boolean
        has_second_factor: boolean
        last_seen_at: string | null
        invited_until: string | null
        created_at: string
        /** For `If-Match`; another where role or reach is */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/setup': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        needed: boolean
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** From the link that the program printed */
        token: string
        organisation: string
        name: string
        email: string
        /** 8 to 128 characters: letters, digits, special characters */
        password: string
        /** Of the organisation, such as Africa/Maseru */
        time_zone?: string
      } } }
      responses: { 200: { content: { 'application/json': {
        status: 'signed_in'
        /** To be sent as X-Indaba-CSRF with whatever changes something */
        csrf_token: string
        user: {
          id: string
          email: string
          name: string | null
        }
        organisation: {
          id: string
          name: string
          role: string
          level: string
          departments: string[]
          teams: string[]
          agent_id: string | null
          view_redactions: boolean
          scopes: string[]
        }
        /** All that the user may switch to */
        organisations: {
          id: string
          name: string
          role: string
        }[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/sign-in/providers': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/sign-in/{provider}': {
    get: {
      parameters: { query?: { 'return_to'?: string }; path: { 'provider': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/sign-in/{provider}/callback': {
    get: {
      parameters: { query: { 'state': string; 'code'?: string; 'iss'?: string; 'error'?: string; 'error_description'?: string }; path: { 'provider': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/refresh-tokens': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Of the integration that will hold it */
        name: string
        /** Absent: those of the role `integration` */
        scopes?: string[]
        /** Absent: it never ends */
        expires_in_days?: number
      } } }
      responses: { 201: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/refresh-tokens/{id}': {
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/signing-keys': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** All tokens that earlier keys signed end at once */
        revoke_earlier?: boolean
      } } }
      responses: { 201: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/oauth/applications': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Shown to who is asked */
        name: string
        /** A public one runs where its user could read a secret: in a browser, on a phone or a desk */
        kind: 'public' | 'confidential'
        /** Exact addresses, https, or http on a loopback address */
        redirect_uris?: string[]
        /** What it may be given at most. Any of calls:read, calls:write, calls:annotate, calls:delete, recordings:read, redactions:reveal, agents:read, agents:manage, analytics:read, reports:manage, events:read, webhooks:manage, ingest:manage, connections:manage, alerts:read, alerts:manage, keys:manage, users:read, users:manage, teams:manage, applications:manage, organisation:manage, audit:read */
        scopes: string[]
        /** May ask for tokens of its own (client credentials): then it acts for the whole organisation */
        acts_alone?: boolean
      } } }
      responses: { 201: { content: { 'application/json': {
        client_id: string
        name: string
        kind: string
        redirect_uris: string[]
        scopes: string[]
        acts_alone: boolean
        is_active: boolean
        masked_secret: string | null
        former_secret_until: string | null
        created_by: string
        created_at: string
        updated_at: string
        client_secret: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        applications: ({
          client_id: string
          name: string
          kind: string
          redirect_uris: string[]
          scopes: string[]
          acts_alone: boolean
          is_active: boolean
          masked_secret: string | null
          former_secret_until: string | null
          created_by: string
          created_at: string
          updated_at: string
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/oauth/applications/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        client_id: string
        name: string
        kind: string
        redirect_uris: string[]
        scopes: string[]
        acts_alone: boolean
        is_active: boolean
        masked_secret: string | null
        former_secret_until: string | null
        created_by: string
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Shown to who is asked */
        name?: string
        /** Exact addresses, https, or http on a loopback address */
        redirect_uris?: string[]
        /** What it may be given at most. Any of calls:read, calls:write, calls:annotate, calls:delete, recordings:read, redactions:reveal, agents:read, agents:manage, analytics:read, reports:manage, events:read, webhooks:manage, ingest:manage, connections:manage, alerts:read, alerts:manage, keys:manage, users:read, users:manage, teams:manage, applications:manage, organisation:manage, audit:read */
        scopes?: string[]
        /** May ask for tokens of its own (client credentials): then it acts for the whole organisation */
        acts_alone?: boolean
        /** False: nothing of it works until it is true again */
        is_active?: boolean
      } } }
      responses: { 200: { content: { 'application/json': {
        client_id: string
        name: string
        kind: string
        redirect_uris: string[]
        scopes: string[]
        acts_alone: boolean
        is_active: boolean
        masked_secret: string | null
        former_secret_until: string | null
        created_by: string
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/oauth/applications/{id}/rotate-secret': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** How long the secret of before goes on working */
        overlap_hours?: number
      } } }
      responses: { 200: { content: { 'application/json': {
        client_id: string
        name: string
        kind: string
        redirect_uris: string[]
        scopes: string[]
        acts_alone: boolean
        is_active: boolean
        masked_secret: string | null
        former_secret_until: string | null
        created_by: string
        created_at: string
        updated_at: string
        client_secret: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/oauth/grants': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        grants: ({
          id: string
          application_id: string
          application_name: string
          user_id: string
          scopes: string[]
          created_at: string
          last_token_at: string | null
          expires_at: string
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/oauth/grants/{id}': {
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/oauth/applications/{id}/grants': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        grants: ({
          id: string
          application_id: string
          application_name: string
          user_id: string
          scopes: string[]
          created_at: string
          last_token_at: string | null
          expires_at: string
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/oauth/applications/{id}/grants/{grant_id}': {
    delete: {
      parameters: { query?: never; path: { 'id': string; 'grant_id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/departments': {
    get: {
      parameters: { query?: { 'cursor'?: string; 'limit'?: number }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        departments: ({
          department_id: string
          name: string
          /** Null where all fourteen are in use */
          colour: string | null
          teams: {
            team_id: string
            name: string
          }[]
          created_at: string
          /** For `If-Match` */
          etag: string
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** At most 30 letters, digits, spaces, hyphens, underscores and ampersands; once in the organisation */
        name: string
        /** Of one department alone */
        colour?: '#1f77b4' | '#ff7f0e' | '#2ca02c' | '#d62728' | '#9467bd' | '#8c564b' | '#e377c2' | '#7f7f7f' | '#bcbd22' | '#17becf' | '#1b4f72' | '#7e5109' | '#145a32' | '#641e16'
        /** A department has at least one */
        teams: string[]
      } } }
      responses: { 201: { content: { 'application/json': {
        department_id: string
        name: string
        /** Null where all fourteen are in use */
        colour: string | null
        teams: {
          team_id: string
          name: string
        }[]
        created_at: string
        /** For `If-Match` */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/departments/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        department_id: string
        name: string
        /** Null where all fourteen are in use */
        colour: string | null
        teams: {
          team_id: string
          name: string
        }[]
        created_at: string
        /** For `If-Match` */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** At most 30 letters, digits, spaces, hyphens, underscores and ampersands; once in the organisation */
        name?: string
        /** Of one department alone */
        colour?: '#1f77b4' | '#ff7f0e' | '#2ca02c' | '#d62728' | '#9467bd' | '#8c564b' | '#e377c2' | '#7f7f7f' | '#bcbd22' | '#17becf' | '#1b4f72' | '#7e5109' | '#145a32' | '#641e16'
      } } }
      responses: { 200: { content: { 'application/json': {
        department_id: string
        name: string
        /** Null where all fourteen are in use */
        colour: string | null
        teams: {
          team_id: string
          name: string
        }[]
        created_at: string
        /** For `If-Match` */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/teams': {
    get: {
      parameters: { query?: { 'cursor'?: string; 'limit'?: number; 'department_id'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        teams: {
          team_id: string
          name: string
          department_id: string
          department: string
          created_at: string
          /** For `If-Match` */
          etag: string
        }[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** At most 30 letters, digits, spaces, hyphens, underscores and ampersands; once in the organisation */
        name: string
        department_id: string
      } } }
      responses: { 201: { content: { 'application/json': {
        team_id: string
        name: string
        department_id: string
        department: string
        created_at: string
        /** For `If-Match` */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/teams/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        team_id: string
        name: string
        department_id: string
        department: string
        created_at: string
        /** For `If-Match` */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** At most 30 letters, digits, spaces, hyphens, underscores and ampersands; once in the organisation */
        name?: string
        /** Moves the team with its agents */
        department_id?: string
      } } }
      responses: { 200: { content: { 'application/json': {
        team_id: string
        name: string
        department_id: string
        department: string
        created_at: string
        /** For `If-Match` */
        etag: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/access-review': {
    get: {
      parameters: { query?: { 'format'?: 'json' | 'csv' }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        review_id: string
        generated_at: string
        subjects: ({
          subject: string
          kind: 'user' | 'key' | 'token' | 'application'
          name: string
          email: string | null
          role: string | null
          level: string | null
          departments: string[]
          teams: string[]
          scopes: string[]
          created_at: string
          last_used_at: string | null
          has_second_factor: boolean | null
          marks: ('unused' | 'over_privileged' | 'no_second_factor' | 'no_expiry')[]
          /** The newest of this review */
          decision: {
            decision: 'keep' | 'change' | 'remove'
            note: string | null
            actor: string
            at: string
          } | null
        })[]
      }; 'text/csv': {
        review_id: string
        generated_at: string
        subjects: ({
          subject: string
          kind: 'user' | 'key' | 'token' | 'application'
          name: string
          email: string | null
          role: string | null
          level: string | null
          departments: string[]
          teams: string[]
          scopes: string[]
          created_at: string
          last_used_at: string | null
          has_second_factor: boolean | null
          marks: ('unused' | 'over_privileged' | 'no_second_factor' | 'no_expiry')[]
          /** The newest of this review */
          decision: {
            decision: 'keep' | 'change' | 'remove'
            note: string | null
            actor: string
            at: string
          } | null
        })[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/access-review/{id}/decisions': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** As the report names it */
        subject: string
        decision: 'keep' | 'change' | 'remove'
        note?: string
      } } }
      responses: { 201: { content: { 'application/json': {
        decision: 'keep' | 'change' | 'remove'
        note: string | null
        actor: string
        at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/audit': {
    get: {
      parameters: { query?: { 'from'?: string; 'to'?: string; 'actor'?: string; 'action'?: string; 'target'?: string; 'cursor'?: string; 'limit'?: number }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        entries: ({
          /** Dense from 1; 0 and less for rows of before the chain */
          seq: number
          at: string
          actor: string
          action: string
          target: string | null
          request_id: string | null
          address: string | null
          user_agent: string | null
          result: 'ok' | 'denied' | 'failed'
          data: {
          }
          prev_hash: string | null
          hash: string | null
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/audit/export': {
    get: {
      parameters: { query?: { 'from'?: string; 'to'?: string; 'actor'?: string; 'action'?: string; 'target'?: string; 'format'?: 'ndjson' | 'csv' }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/x-ndjson': unknown; 'text/csv': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/audit/verification': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        is_intact: boolean
        /** Rows that were checked, up to the first fault */
        rows: number
        /** Rows of before the chain, which nothing protects */
        unchained_rows: number
        signed_heads: number
        head: {
          seq: number
          /** SHA-256 in hex */
          hash: string
        } | null
        fault: {
          seq: number
          kind: string
          detail: string
        } | null
        duration_ms: number
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/audit/heads': {
    get: {
      parameters: { query?: { 'cursor'?: string; 'limit'?: number }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        org_id: string
        public_key: string
        heads: {
          seq: number
          /** SHA-256 in hex */
          hash: string
          at: string
          public_key: string
          /** Ed25519 in base64url, over the canonical JSON of `{at, hash, org_id, seq}` */
          signature: string
        }[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/calls/upload': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Absent: the key's organisation */
        org_id?: string
        agent_email?: string
        call_date?: string
        file_url?: string
        /** An object, or its JSON as a string. Keys that are not known are kept with the conversation. */
        metadata?: {
        } | string
      }; 'application/x-www-form-urlencoded': {
        /** Absent: the key's organisation */
        org_id?: string
        agent_email?: string
        call_date?: string
        file_url?: string
        /** An object, or its JSON as a string. Keys that are not known are kept with the conversation. */
        metadata?: {
        } | string
      }; 'multipart/form-data': {
        /** Absent: the key's organisation */
        org_id?: string
        agent_email?: string
        call_date?: string
        file_url?: string
        /** An object, or its JSON as a string. Keys that are not known are kept with the conversation. */
        metadata?: {
        } | string
      } } }
      responses: { 200: { content: { 'application/json': {
        call_id: string
        status: string
        estimated_completion: string
        /** The same was sent before; nothing was stored again */
        duplicate: boolean
        warnings: string[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/chats/upload': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Absent: the key's organisation */
        org_id?: string
        chat_data?: {
        }
        chats?: {
        }[]
        messages?: {
        }[]
        conversation?: {
        }[]
        /** An object, or its JSON as a string. Keys that are not known are kept with the conversation. */
        metadata?: {
        } | string
      }; 'application/x-www-form-urlencoded': {
        /** Absent: the key's organisation */
        org_id?: string
        chat_data?: {
        }
        chats?: {
        }[]
        messages?: {
        }[]
        conversation?: {
        }[]
        /** An object, or its JSON as a string. Keys that are not known are kept with the conversation. */
        metadata?: {
        } | string
      }; 'multipart/form-data': {
        /** Absent: the key's organisation */
        org_id?: string
        chat_data?: {
        }
        chats?: {
        }[]
        messages?: {
        }[]
        conversation?: {
        }[]
        /** An object, or its JSON as a string. Keys that are not known are kept with the conversation. */
        metadata?: {
        } | string
      } } }
      responses: { 200: { content: { 'application/json': {
        message: string
        chat_id: string
        id: string
        upload_id: string
        processing_status: string
        status: string
        estimated_completion: string
        /** The same was sent before; nothing was stored again */
        duplicate: boolean
        warnings: string[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/chat/upload': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Absent: the key's organisation */
        org_id?: string
        chat_data?: {
        }
        chats?: {
        }[]
        messages?: {
        }[]
        conversation?: {
        }[]
        /** An object, or its JSON as a string. Keys that are not known are kept with the conversation. */
        metadata?: {
        } | string
      }; 'application/x-www-form-urlencoded': {
        /** Absent: the key's organisation */
        org_id?: string
        chat_data?: {
        }
        chats?: {
        }[]
        messages?: {
        }[]
        conversation?: {
        }[]
        /** An object, or its JSON as a string. Keys that are not known are kept with the conversation. */
        metadata?: {
        } | string
      }; 'multipart/form-data': {
        /** Absent: the key's organisation */
        org_id?: string
        chat_data?: {
        }
        chats?: {
        }[]
        messages?: {
        }[]
        conversation?: {
        }[]
        /** An object, or its JSON as a string. Keys that are not known are kept with the conversation. */
        metadata?: {
        } | string
      } } }
      responses: { 200: { content: { 'application/json': {
        message: string
        chat_id: string
        id: string
        upload_id: string
        processing_status: string
        status: string
        estimated_completion: string
        /** The same was sent before; nothing was stored again */
        duplicate: boolean
        warnings: string[]
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/operations': {
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        generated_at: string
        version: string
        queues: ({
          job: string
          /** Due now */
          waiting: number
          /** To be done later */
          deferred: number
          running: number
          oldest_waiting_s: number | null
          /** Failed on every try, within 24 hours */
          failed_24h: number
        })[]
        conversations: {
          queued: number
          processing: number
          oldest_waiting_s: number | null
        }
        stages: {
          window_s: number
          stages: ({
            stage: string
            ended: number
            failed: number
            duration_p50_ms: number | null
            duration_p95_ms: number | null
          })[]
        }
        processes: ({
          id: string
          host: string
          pid: number
          serves: boolean
          works: boolean
          /** Heard of within 35 s; what fell silent is shown for an hour */
          is_alive: boolean
          started_at: string
          seen_at: string
          uptime_s: number
          version: string
          node_version: string
          speech_engine: string | null
          language_engine: string
          memory_bytes: number
          /** Where its data folder lies */
          disk_free_bytes: number | null
          disk_size_bytes: number | null
          /** Answered since it started; the same for the next two */
          requests: number
          /** With 429 */
          refused_by_limits: number
          /** With 500 or above */
          errors: number
        })[]
        deliveries: {
          pending: number
          /** Of those, for endpoints that are paused, switched off or not verified */
          held: number
          oldest_due_s: number | null
          endpoints: number
          breakers_open: number
          dead_letters: number
          dead_letters_24h: number
          /** Over five minutes, as far as was sampled; the same for the next */
          attempts_per_minute: number
          failed_attempts_per_minute: number
        }
        ingest: {
          open_jobs: {
            state: string
            count: number
          }[]
          failed_24h: number
          remote_folders: number
          remote_folders_failing: number
        }
        /** As the rows have it that files belong to; looked at once a minute */
        storage: {
          kind: string
          files: number
          size_bytes: number
        }[]
        database: {
          size_bytes: number
          connections: number
          connections_max: number
          version: string
          largest_tables: {
            table: string
            size_bytes: number
            rows_estimated: number
          }[]
          migrations: {
            applied: number
            newest: string
            newest_at: string
          }
        }
        limits: {
          organisations_above_75_percent: number
          organisations_at_limit: number
        }
        backups: {
          last_at: null
          reason: string
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/operations/dead-jobs': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string; 'job'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        dead_jobs: ({
          id: string
          job: string
          /** The number of the organisation that it was for */
          customer_id: number | null
          created_at: string
          failed_at: string
          attempts: number
          /** Of the last try */
          error: string | null
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/operations/dead-jobs/{id}/retry': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        job: string
        /** The number of the organisation that it was for */
        customer_id: number | null
        created_at: string
        failed_at: string
        attempts: number
        /** Of the last try */
        error: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/operations/dead-jobs/{id}': {
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        job: string
        /** The number of the organisation that it was for */
        customer_id: number | null
        created_at: string
        failed_at: string
        attempts: number
        /** Of the last try */
        error: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/alert-rules': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        rules: ({
          id: string
          source: string
          preset: string | null
          types: string[] | null
          filter: string | null | null
          group_by: 'agent_id' | 'team' | 'department' | 'conversation_id' | 'topic' | 'sentiment' | 'type' | 'endpoint_id' | 'connection_id' | 'watcher_id' | 'folder_id' | 'server_id' | 'job_id' | 'kind' | null | null
          at_least: number | null
          within_s: number | null
          metric: 'delivery_oldest_pending_s' | 'delivery_burn_1h' | 'delivery_burn_6h' | 'breakers_open' | 'dead_letters' | 'conversation_oldest_unprocessed_s' | 'ingest_failures_1h' | 'remote_folders_failing' | 'minutes_used_percent' | 'chats_used_percent' | 'refused_sign_ins_15m' | null
          comparison: '>' | '>=' | '<' | '<=' | null
          threshold: number | null
          for_s: number | null
          name: string | null
          state: 'active' | 'paused' | null
          severity: 'low' | 'medium' | 'high' | 'critical' | null
          cooldown_s: number | null
          auto_resolve_s: number | null | null
          mail_to: string[]
          mail_roles: string[]
          created_at: string
          updated_at: string
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        source: 'event' | 'operation'
        /** Event types, `call.*` or `*`; of rules on events. `*` leaves out those of alerts */
        types?: string[]
        filter?: string | null
        group_by?: 'agent_id' | 'team' | 'department' | 'conversation_id' | 'topic' | 'sentiment' | 'type' | 'endpoint_id' | 'connection_id' | 'watcher_id' | 'folder_id' | 'server_id' | 'job_id' | 'kind' | null
        /** So many within `within_s`; absent: 1 */
        at_least?: number
        /** Absent: 600 */
        within_s?: number
        /** Of rules on the operation */
        metric?: 'delivery_oldest_pending_s' | 'delivery_burn_1h' | 'delivery_burn_6h' | 'breakers_open' | 'dead_letters' | 'conversation_oldest_unprocessed_s' | 'ingest_failures_1h' | 'remote_folders_failing' | 'minutes_used_percent' | 'chats_used_percent' | 'refused_sign_ins_15m'
        comparison?: '>' | '>=' | '<' | '<='
        threshold?: number
        /** Beyond the threshold for so long; absent: 0 */
        for_s?: number
        /** Once in the organisation */
        name: string
        state?: 'active' | 'paused'
        /** Absent: medium */
        severity?: 'low' | 'medium' | 'high' | 'critical'
        /** Between two mails about the same thing; what comes back within it opens the same alert. Absent: 3600 */
        cooldown_s?: number
        auto_resolve_s?: number | null
        /** Addresses that are told */
        mail_to?: string[]
        /** Told as well: people with this role who see the whole organisation */
        mail_roles?: ('owner' | 'admin' | 'supervisor' | 'analyst')[]
      } } }
      responses: { 201: { content: { 'application/json': {
        id: string
        source: string
        preset: string | null
        types: string[] | null
        filter: string | null | null
        group_by: 'agent_id' | 'team' | 'department' | 'conversation_id' | 'topic' | 'sentiment' | 'type' | 'endpoint_id' | 'connection_id' | 'watcher_id' | 'folder_id' | 'server_id' | 'job_id' | 'kind' | null | null
        at_least: number | null
        within_s: number | null
        metric: 'delivery_oldest_pending_s' | 'delivery_burn_1h' | 'delivery_burn_6h' | 'breakers_open' | 'dead_letters' | 'conversation_oldest_unprocessed_s' | 'ingest_failures_1h' | 'remote_folders_failing' | 'minutes_used_percent' | 'chats_used_percent' | 'refused_sign_ins_15m' | null
        comparison: '>' | '>=' | '<' | '<=' | null
        threshold: number | null
        for_s: number | null
        name: string | null
        state: 'active' | 'paused' | null
        severity: 'low' | 'medium' | 'high' | 'critical' | null
        cooldown_s: number | null
        auto_resolve_s: number | null | null
        mail_to: string[]
        mail_roles: string[]
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/alert-rules/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        source: string
        preset: string | null
        types: string[] | null
        filter: string | null | null
        group_by: 'agent_id' | 'team' | 'department' | 'conversation_id' | 'topic' | 'sentiment' | 'type' | 'endpoint_id' | 'connection_id' | 'watcher_id' | 'folder_id' | 'server_id' | 'job_id' | 'kind' | null | null
        at_least: number | null
        within_s: number | null
        metric: 'delivery_oldest_pending_s' | 'delivery_burn_1h' | 'delivery_burn_6h' | 'breakers_open' | 'dead_letters' | 'conversation_oldest_unprocessed_s' | 'ingest_failures_1h' | 'remote_folders_failing' | 'minutes_used_percent' | 'chats_used_percent' | 'refused_sign_ins_15m' | null
        comparison: '>' | '>=' | '<' | '<=' | null
        threshold: number | null
        for_s: number | null
        name: string | null
        state: 'active' | 'paused' | null
        severity: 'low' | 'medium' | 'high' | 'critical' | null
        cooldown_s: number | null
        auto_resolve_s: number | null | null
        mail_to: string[]
        mail_roles: string[]
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Event types, `call.*` or `*`; of rules on events. `*` leaves out those of alerts */
        types?: string[]
        filter?: string | null
        group_by?: 'agent_id' | 'team' | 'department' | 'conversation_id' | 'topic' | 'sentiment' | 'type' | 'endpoint_id' | 'connection_id' | 'watcher_id' | 'folder_id' | 'server_id' | 'job_id' | 'kind' | null
        /** So many within `within_s`; absent: 1 */
        at_least?: number
        /** Absent: 600 */
        within_s?: number
        /** Of rules on the operation */
        metric?: 'delivery_oldest_pending_s' | 'delivery_burn_1h' | 'delivery_burn_6h' | 'breakers_open' | 'dead_letters' | 'conversation_oldest_unprocessed_s' | 'ingest_failures_1h' | 'remote_folders_failing' | 'minutes_used_percent' | 'chats_used_percent' | 'refused_sign_ins_15m'
        comparison?: '>' | '>=' | '<' | '<='
        threshold?: number
        /** Beyond the threshold for so long; absent: 0 */
        for_s?: number
        /** Once in the organisation */
        name?: string
        state?: 'active' | 'paused'
        /** Absent: medium */
        severity?: 'low' | 'medium' | 'high' | 'critical'
        /** Between two mails about the same thing; what comes back within it opens the same alert. Absent: 3600 */
        cooldown_s?: number
        auto_resolve_s?: number | null
        /** Addresses that are told */
        mail_to?: string[]
        /** Told as well: people with this role who see the whole organisation */
        mail_roles?: ('owner' | 'admin' | 'supervisor' | 'analyst')[]
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        source: string
        preset: string | null
        types: string[] | null
        filter: string | null | null
        group_by: 'agent_id' | 'team' | 'department' | 'conversation_id' | 'topic' | 'sentiment' | 'type' | 'endpoint_id' | 'connection_id' | 'watcher_id' | 'folder_id' | 'server_id' | 'job_id' | 'kind' | null | null
        at_least: number | null
        within_s: number | null
        metric: 'delivery_oldest_pending_s' | 'delivery_burn_1h' | 'delivery_burn_6h' | 'breakers_open' | 'dead_letters' | 'conversation_oldest_unprocessed_s' | 'ingest_failures_1h' | 'remote_folders_failing' | 'minutes_used_percent' | 'chats_used_percent' | 'refused_sign_ins_15m' | null
        comparison: '>' | '>=' | '<' | '<=' | null
        threshold: number | null
        for_s: number | null
        name: string | null
        state: 'active' | 'paused' | null
        severity: 'low' | 'medium' | 'high' | 'critical' | null
        cooldown_s: number | null
        auto_resolve_s: number | null | null
        mail_to: string[]
        mail_roles: string[]
        created_at: string
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/alert-rules/{id}/test': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** How many events back; absent: 1000 */
        events?: number
      } } }
      responses: { 200: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/alerts': {
    get: {
      parameters: { query?: { 'state'?: string; 'severity'?: string; 'rule_id'?: string; 'owner_id'?: string; 'after_seq'?: number; 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        alerts: ({
          id: string
          rule_id: string
          rule_name: string
          source: string
          severity: 'low' | 'medium' | 'high' | 'critical'
          state: 'open' | 'acknowledged' | 'assigned' | 'snoozed' | 'resolved'
          title: string
          detail: string
          group_by: string | null
          group: string | null
          /** How often it has happened */
          count: number
          metric: string | null
          value: number | null
          threshold: number | null
          event: {
          } | null
          first_at: string
          last_at: string
          opened_at: string
          owner_id: string | null
          acknowledged_at: string | null
          acknowledged_by: string | null
          snoozed_until: string | null
          resolved_at: string | null
          resolved_by: string | null
          seq: number
          updated_at: string
          history?: ({
            id: string
            at: string
            /** `user:…`, `key:…`, or `program` */
            actor: string
            action: string
            /** After it */
            state: string
            comment: string | null
          })[]
          links: {
            self: string
            conversation: string | null
          }
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/alerts/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        id: string
        rule_id: string
        rule_name: string
        source: string
        severity: 'low' | 'medium' | 'high' | 'critical'
        state: 'open' | 'acknowledged' | 'assigned' | 'snoozed' | 'resolved'
        title: string
        detail: string
        group_by: string | null
        group: string | null
        /** How often it has happened */
        count: number
        metric: string | null
        value: number | null
        threshold: number | null
        event: {
        } | null
        first_at: string
        last_at: string
        opened_at: string
        owner_id: string | null
        acknowledged_at: string | null
        acknowledged_by: string | null
        snoozed_until: string | null
        resolved_at: string | null
        resolved_by: string | null
        seq: number
        updated_at: string
        history?: ({
          id: string
          at: string
          /** `user:…`, `key:…`, or `program` */
          actor: string
          action: string
          /** After it */
          state: string
          comment: string | null
        })[]
        links: {
          self: string
          conversation: string | null
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/alerts/{id}/acknowledge': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Kept in the history */
        comment?: string
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        rule_id: string
        rule_name: string
        source: string
        severity: 'low' | 'medium' | 'high' | 'critical'
        state: 'open' | 'acknowledged' | 'assigned' | 'snoozed' | 'resolved'
        title: string
        detail: string
        group_by: string | null
        group: string | null
        /** How often it has happened */
        count: number
        metric: string | null
        value: number | null
        threshold: number | null
        event: {
        } | null
        first_at: string
        last_at: string
        opened_at: string
        owner_id: string | null
        acknowledged_at: string | null
        acknowledged_by: string | null
        snoozed_until: string | null
        resolved_at: string | null
        resolved_by: string | null
        seq: number
        updated_at: string
        history?: ({
          id: string
          at: string
          /** `user:…`, `key:…`, or `program` */
          actor: string
          action: string
          /** After it */
          state: string
          comment: string | null
        })[]
        links: {
          self: string
          conversation: string | null
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/alerts/{id}/assign': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Kept in the history */
        comment?: string
        /** Who takes care of it */
        user_id: string
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        rule_id: string
        rule_name: string
        source: string
        severity: 'low' | 'medium' | 'high' | 'critical'
        state: 'open' | 'acknowledged' | 'assigned' | 'snoozed' | 'resolved'
        title: string
        detail: string
        group_by: string | null
        group: string | null
        /** How often it has happened */
        count: number
        metric: string | null
        value: number | null
        threshold: number | null
        event: {
        } | null
        first_at: string
        last_at: string
        opened_at: string
        owner_id: string | null
        acknowledged_at: string | null
        acknowledged_by: string | null
        snoozed_until: string | null
        resolved_at: string | null
        resolved_by: string | null
        seq: number
        updated_at: string
        history?: ({
          id: string
          at: string
          /** `user:…`, `key:…`, or `program` */
          actor: string
          action: string
          /** After it */
          state: string
          comment: string | null
        })[]
        links: {
          self: string
          conversation: string | null
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/alerts/{id}/snooze': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Kept in the history */
        comment?: string
        /** ISO 8601 with a zone */
        until?: string
        /** In place of `until` */
        for_s?: number
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        rule_id: string
        rule_name: string
        source: string
        severity: 'low' | 'medium' | 'high' | 'critical'
        state: 'open' | 'acknowledged' | 'assigned' | 'snoozed' | 'resolved'
        title: string
        detail: string
        group_by: string | null
        group: string | null
        /** How often it has happened */
        count: number
        metric: string | null
        value: number | null
        threshold: number | null
        event: {
        } | null
        first_at: string
        last_at: string
        opened_at: string
        owner_id: string | null
        acknowledged_at: string | null
        acknowledged_by: string | null
        snoozed_until: string | null
        resolved_at: string | null
        resolved_by: string | null
        seq: number
        updated_at: string
        history?: ({
          id: string
          at: string
          /** `user:…`, `key:…`, or `program` */
          actor: string
          action: string
          /** After it */
          state: string
          comment: string | null
        })[]
        links: {
          self: string
          conversation: string | null
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/alerts/{id}/resolve': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Kept in the history */
        comment?: string
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        rule_id: string
        rule_name: string
        source: string
        severity: 'low' | 'medium' | 'high' | 'critical'
        state: 'open' | 'acknowledged' | 'assigned' | 'snoozed' | 'resolved'
        title: string
        detail: string
        group_by: string | null
        group: string | null
        /** How often it has happened */
        count: number
        metric: string | null
        value: number | null
        threshold: number | null
        event: {
        } | null
        first_at: string
        last_at: string
        opened_at: string
        owner_id: string | null
        acknowledged_at: string | null
        acknowledged_by: string | null
        snoozed_until: string | null
        resolved_at: string | null
        resolved_by: string | null
        seq: number
        updated_at: string
        history?: ({
          id: string
          at: string
          /** `user:…`, `key:…`, or `program` */
          actor: string
          action: string
          /** After it */
          state: string
          comment: string | null
        })[]
        links: {
          self: string
          conversation: string | null
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/alerts/{id}/reopen': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** Kept in the history */
        comment?: string
      } } }
      responses: { 200: { content: { 'application/json': {
        id: string
        rule_id: string
        rule_name: string
        source: string
        severity: 'low' | 'medium' | 'high' | 'critical'
        state: 'open' | 'acknowledged' | 'assigned' | 'snoozed' | 'resolved'
        title: string
        detail: string
        group_by: string | null
        group: string | null
        /** How often it has happened */
        count: number
        metric: string | null
        value: number | null
        threshold: number | null
        event: {
        } | null
        first_at: string
        last_at: string
        opened_at: string
        owner_id: string | null
        acknowledged_at: string | null
        acknowledged_by: string | null
        snoozed_until: string | null
        resolved_at: string | null
        resolved_by: string | null
        seq: number
        updated_at: string
        history?: ({
          id: string
          at: string
          /** `user:…`, `key:…`, or `program` */
          actor: string
          action: string
          /** After it */
          state: string
          comment: string | null
        })[]
        links: {
          self: string
          conversation: string | null
        }
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/inbound-sources': {
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        name: string
        /** How its requests are proven */
        scheme: 'standard-webhooks' | 'slack' | 'hubspot' | 'zendesk' | 'microsoft-graph' | 'hmac-sha256' | 'shared-secret'
        /** As the other system has it. Kept sealed, and in no answer */
        secret?: string
        /** Of the scheme */
        settings?: Record<string, unknown>
        /** What is made of its messages: `conversations`. Null: they are only kept */
        reader?: string | null
        /** Of the reader */
        reader_settings?: Record<string, unknown>
        /** `paused`: requests are answered with 503, for the other system to send them again */
        status?: 'active' | 'paused'
      } } }
      responses: { 201: { content: { 'application/json': {
        source_id: string
        name: string
        scheme: string
        /** Of the scheme */
        settings: Record<string, unknown>
        /** What is made of its messages: `conversations`. Null: they are only kept */
        reader: string | null
        /** Of the reader */
        reader_settings: Record<string, unknown>
        /** `paused`: requests are answered with 503, for the other system to send them again */
        status: 'active' | 'paused'
        /** Those that are good now, newest first */
        secrets: ({
          /** ISO 8601 UTC */
          since: string
          until: string | null
        })[]
        /** To some seconds */
        last_received_at: string | null
        last_refused_at: string | null
        /** `not_proven`, `out_of_time`, `too_large`, `rate_limit_exceeded`, `source_paused` */
        last_refusal: string | null
        created_by: string
        /** ISO 8601 UTC */
        created_at: string
        /** ISO 8601 UTC */
        updated_at: string
        /** The address to enter there. In this answer and in no later one */
        url: string
        /** Where it was made here. In this answer and in no later one */
        secret?: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string }; path?: never; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        sources: ({
          source_id: string
          name: string
          scheme: string
          /** Of the scheme */
          settings: Record<string, unknown>
          /** What is made of its messages: `conversations`. Null: they are only kept */
          reader: string | null
          /** Of the reader */
          reader_settings: Record<string, unknown>
          /** `paused`: requests are answered with 503, for the other system to send them again */
          status: 'active' | 'paused'
          /** Those that are good now, newest first */
          secrets: ({
            /** ISO 8601 UTC */
            since: string
            until: string | null
          })[]
          /** To some seconds */
          last_received_at: string | null
          last_refused_at: string | null
          /** `not_proven`, `out_of_time`, `too_large`, `rate_limit_exceeded`, `source_paused` */
          last_refusal: string | null
          created_by: string
          /** ISO 8601 UTC */
          created_at: string
          /** ISO 8601 UTC */
          updated_at: string
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/inbound-sources/{id}': {
    get: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        source_id: string
        name: string
        scheme: string
        /** Of the scheme */
        settings: Record<string, unknown>
        /** What is made of its messages: `conversations`. Null: they are only kept */
        reader: string | null
        /** Of the reader */
        reader_settings: Record<string, unknown>
        /** `paused`: requests are answered with 503, for the other system to send them again */
        status: 'active' | 'paused'
        /** Those that are good now, newest first */
        secrets: ({
          /** ISO 8601 UTC */
          since: string
          until: string | null
        })[]
        /** To some seconds */
        last_received_at: string | null
        last_refused_at: string | null
        /** `not_proven`, `out_of_time`, `too_large`, `rate_limit_exceeded`, `source_paused` */
        last_refusal: string | null
        created_by: string
        /** ISO 8601 UTC */
        created_at: string
        /** ISO 8601 UTC */
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    patch: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        name?: string
        /** Of the scheme */
        settings?: Record<string, unknown>
        /** What is made of its messages: `conversations`. Null: they are only kept */
        reader?: string | null
        /** Of the reader */
        reader_settings?: Record<string, unknown>
        /** `paused`: requests are answered with 503, for the other system to send them again */
        status?: 'active' | 'paused'
      } } }
      responses: { 200: { content: { 'application/json': {
        source_id: string
        name: string
        scheme: string
        /** Of the scheme */
        settings: Record<string, unknown>
        /** What is made of its messages: `conversations`. Null: they are only kept */
        reader: string | null
        /** Of the reader */
        reader_settings: Record<string, unknown>
        /** `paused`: requests are answered with 503, for the other system to send them again */
        status: 'active' | 'paused'
        /** Those that are good now, newest first */
        secrets: ({
          /** ISO 8601 UTC */
          since: string
          until: string | null
        })[]
        /** To some seconds */
        last_received_at: string | null
        last_refused_at: string | null
        /** `not_proven`, `out_of_time`, `too_large`, `rate_limit_exceeded`, `source_paused` */
        last_refusal: string | null
        created_by: string
        /** ISO 8601 UTC */
        created_at: string
        /** ISO 8601 UTC */
        updated_at: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    delete: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 204: { content?: never }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/inbound-sources/{id}/rotate-secret': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody: { content: { 'application/json': {
        /** As the other system has it. Kept sealed, and in no answer */
        secret?: string
        /** How long the secrets before are good beside it; three at most are */
        overlap_hours?: number
      } } }
      responses: { 200: { content: { 'application/json': {
        source_id: string
        name: string
        scheme: string
        /** Of the scheme */
        settings: Record<string, unknown>
        /** What is made of its messages: `conversations`. Null: they are only kept */
        reader: string | null
        /** Of the reader */
        reader_settings: Record<string, unknown>
        /** `paused`: requests are answered with 503, for the other system to send them again */
        status: 'active' | 'paused'
        /** Those that are good now, newest first */
        secrets: ({
          /** ISO 8601 UTC */
          since: string
          until: string | null
        })[]
        /** To some seconds */
        last_received_at: string | null
        last_refused_at: string | null
        /** `not_proven`, `out_of_time`, `too_large`, `rate_limit_exceeded`, `source_paused` */
        last_refusal: string | null
        created_by: string
        /** ISO 8601 UTC */
        created_at: string
        /** ISO 8601 UTC */
        updated_at: string
        /** Where it was made here. In this answer and in no later one */
        secret?: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/inbound-sources/{id}/rotate-address': {
    post: {
      parameters: { query?: never; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        source_id: string
        name: string
        scheme: string
        /** Of the scheme */
        settings: Record<string, unknown>
        /** What is made of its messages: `conversations`. Null: they are only kept */
        reader: string | null
        /** Of the reader */
        reader_settings: Record<string, unknown>
        /** `paused`: requests are answered with 503, for the other system to send them again */
        status: 'active' | 'paused'
        /** Those that are good now, newest first */
        secrets: ({
          /** ISO 8601 UTC */
          since: string
          until: string | null
        })[]
        /** To some seconds */
        last_received_at: string | null
        last_refused_at: string | null
        /** `not_proven`, `out_of_time`, `too_large`, `rate_limit_exceeded`, `source_paused` */
        last_refusal: string | null
        created_by: string
        /** ISO 8601 UTC */
        created_at: string
        /** ISO 8601 UTC */
        updated_at: string
        /** The address to enter there. In this answer and in no later one */
        url: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/inbound-sources/{id}/messages': {
    get: {
      parameters: { query?: { 'limit'?: number; 'cursor'?: string; 'state'?: 'received' | 'processed' | 'failed' | 'ignored' }; path: { 'id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        messages: ({
          message_id: string
          source_id: string
          /** What the other system calls it, or a hash of the body */
          provider_id: string | null
          /** What it is about, in the words of the other system */
          kind: string | null
          /** `received`: waits or is being processed. `ignored`: nothing was to be made of it */
          state: 'received' | 'processed' | 'failed' | 'ignored'
          attempts: number
          error_code: string | null
          /** Why it failed, or is ignored */
          reason: string | null
          /** What it became */
          result: Record<string, unknown> | null
          size_bytes: number
          /** ISO 8601 UTC */
          received_at: string
          settled_at: string | null
        })[]
        next_cursor: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/inbound-sources/{id}/messages/{message_id}': {
    get: {
      parameters: { query?: never; path: { 'id': string; 'message_id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'application/json': {
        message_id: string
        source_id: string
        /** What the other system calls it, or a hash of the body */
        provider_id: string | null
        /** What it is about, in the words of the other system */
        kind: string | null
        /** `received`: waits or is being processed. `ignored`: nothing was to be made of it */
        state: 'received' | 'processed' | 'failed' | 'ignored'
        attempts: number
        error_code: string | null
        /** Why it failed, or is ignored */
        reason: string | null
        /** What it became */
        result: Record<string, unknown> | null
        size_bytes: number
        /** ISO 8601 UTC */
        received_at: string
        settled_at: string | null
        headers: Record<string, string>
        /** As it came */
        body: string
        body_encoding: 'utf8' | 'base64'
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/inbound-sources/{id}/messages/{message_id}/process': {
    post: {
      parameters: { query?: never; path: { 'id': string; 'message_id': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 202: { content: { 'application/json': {
        message_id: string
        source_id: string
        /** What the other system calls it, or a hash of the body */
        provider_id: string | null
        /** What it is about, in the words of the other system */
        kind: string | null
        /** `received`: waits or is being processed. `ignored`: nothing was to be made of it */
        state: 'received' | 'processed' | 'failed' | 'ignored'
        attempts: number
        error_code: string | null
        /** Why it failed, or is ignored */
        reason: string | null
        /** What it became */
        result: Record<string, unknown> | null
        size_bytes: number
        /** ISO 8601 UTC */
        received_at: string
        settled_at: string | null
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
  '/v1/inbound/{token}': {
    post: {
      parameters: { query?: never; path: { 'token': string }; header?: Record<string, string> }
      requestBody: { content: { '*/*': unknown } }
      responses: { 200: { content: { 'application/json': {
        status: 'received' | 'duplicate'
        message_id?: string
      } } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
    get: {
      parameters: { query?: never; path: { 'token': string }; header?: Record<string, string> }
      requestBody?: never
      responses: { 200: { content: { 'text/plain': unknown } }; default: { content: { 'application/json': Schemas['Error'] } } }
    }
  }
}
