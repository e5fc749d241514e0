// Hearing and seeing a recording: the sound, its picture with what happens in it, and the buttons. What cannot be heard
// says why; what is being prepared comes by itself.

import { Alert, Box, Group, Loader, Paper, Skeleton, Stack, Text } from '@mantine/core'
import { IconVolumeOff } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.ts'
import { Failed } from '../../components/states.tsx'
import { Lanes } from './lanes.tsx'
import { usePlayback } from './playback.ts'
import { PlayerButtons } from './player-buttons.tsx'
import { annotationsQuery, type Conversation, type Waveform as Peaks, soundQuery, waveformQuery } from './queries.ts'
import { Waveform, type Window } from './waveform.tsx'

const heights = { wide: 42, narrow: 24 }

export function Player({ conversation, isNarrow }: { conversation: Conversation; isNarrow: boolean }) {
  const { t } = useTranslation('interaction')
  const { id, recording, links, duration_ms } = conversation
  const [audio, setAudio] = useState<HTMLAudioElement | null>(null)
  const [zoom, setZoom] = useState(0)
  const [hasLanes, setLanes] = useState(!isNarrow)
  const playback = usePlayback()
  const sound = useSound(conversation)
  // Until it has been decoded there is nothing to draw, and the server would say so with an error.
  const isRead = recording !== null && recording.container !== null
  const waveform = useQuery({ ...waveformQuery(id, duration_ms), enabled: isRead })
  useEffect(() => {
    playback.hold(audio)
    return () => playback.hold(null)
  }, [audio, playback])
  return (
    <Paper withBorder p="sm" className="player" component="section" aria-label={t('player.title')}>
      {sound === 'there' && links.playback && (
        // biome-ignore lint/a11y/useMediaCaption: its words are the transcript beside it
        <audio ref={setAudio} src={links.playback} preload="metadata" />
      )}
      <Stack gap="xs">
        {sound !== 'there' && <Unheard why={sound} reason={recording?.reason ?? null} />}
        {waveform.data && waveform.data !== 'preparing' ? (
          <Picture
            conversation={conversation}
            peaks={waveform.data}
            audio={audio}
            isWaiting={sound === 'there' && !audio}
            zoom={zoom}
            hasLanes={hasLanes}
            isNarrow={isNarrow}
          />
        ) : waveform.isError ? (
          <Failed error={waveform.error} retry={() => void waveform.refetch()} />
        ) : (
          isRead && (
            <Box role="status" aria-label={t('player.drawing')}>
              <Skeleton height={2 * heights[isNarrow ? 'narrow' : 'wide']} />
            </Box>
          )
        )}
        {(sound === 'there' || waveform.data) && (
          <PlayerButtons
            conversation={conversation}
            zoom={zoom}
            onZoom={setZoom}
            hasLanes={hasLanes}
            onLanes={setLanes}
            isNarrow={isNarrow}
          />
        )}
      </Stack>
    </Paper>
  )
}

/** The waves wait for the sound element, since they are made for one. */
function Picture({
  conversation,
  peaks,
  audio,
  isWaiting,
  zoom,
  hasLanes,
  isNarrow,
}: {
  conversation: Conversation
  peaks: Peaks
  audio: HTMLAudioElement | null
  isWaiting: boolean
  zoom: number
  hasLanes: boolean
  isNarrow: boolean
}) {
  const { t } = useTranslation('interaction')
  const [window, setWindow] = useState<Window>({ fromMs: 0, toMs: peaks.duration_ms })
  const annotations = useQuery({
    ...annotationsQuery(conversation.id, conversation.transcript?.revision ?? 0),
    enabled: conversation.transcript !== null,
  })
  const height = heights[isNarrow ? 'narrow' : 'wide']
  return (
    <div>
      <div className="wave-row">
        <div className="wave-sides" aria-hidden>
          {peaks.channels.map(({ index, side }) => (
            <Text key={index} size="xs" fw={550} className="wave-side" data-channel={index % 2} style={{ height }}>
              {side
                ? t(`side.${side}`)
                : peaks.channels.length === 1
                  ? t('player.oneChannel')
                  : t('player.channel', { n: index + 1 })}
            </Text>
          ))}
        </div>
        {!isWaiting && <Waveform peaks={peaks} audio={audio} height={height} pixelsPerS={zoom} onWindow={setWindow} />}
      </div>
      {hasLanes && <Lanes conversation={conversation} annotations={annotations.data ?? null} window={window} />}
    </div>
  )
}

type Sound = 'there' | 'preparing' | 'refused' | 'forbidden' | 'reading' | 'none'

function useSound({ id, recording, status }: Conversation): Sound {
  const may = useMay()('recordings:read')
  const client = useQueryClient()
  const asks = may && recording !== null && recording.container !== null && !recording.playable
  const { data } = useQuery({ ...soundQuery(id), enabled: asks })
  useEffect(() => {
    if (data === 'there' || data === 'refused')
      void client.invalidateQueries({ queryKey: ['conversation', id], exact: true })
  }, [data, client, id])
  if (!recording) return 'none'
  if (!may) return 'forbidden'
  if (recording.playable || data === 'there') return 'there'
  if (recording.container === null) return status === 'failed' ? 'refused' : 'reading'
  return data === 'refused' ? 'refused' : 'preparing'
}

function Unheard({ why, reason }: { why: Exclude<Sound, 'there'>; reason: string | null }) {
  const { t } = useTranslation('interaction')
  if (why === 'preparing' || why === 'reading')
    return (
      <Group gap="xs" role="status">
        <Loader size="xs" aria-hidden />
        <Text size="sm">{t(`player.${why}`)}</Text>
      </Group>
    )
  return (
    <Alert color="gray" p="xs" icon={<IconVolumeOff aria-hidden />} title={t(`player.${why}`)}>
      <Text size="sm">{why === 'refused' ? (reason ?? t('player.refusedText')) : t(`player.${why}Text`)}</Text>
    </Alert>
  )
}
