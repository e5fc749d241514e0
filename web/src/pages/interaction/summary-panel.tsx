// What a conversation was about in short, with the turns that it rests on; moods of both sides; what it was mostly said in;
// its key phrases.

import { Alert, Badge, Group, Stack, Text, Title, UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Absent, clock, useFormats } from '../../components/figures.tsx'
import { SentimentBadge } from '../../components/sentiment.tsx'
import { type Conversation, isChat, type Turn } from './queries.ts'
import { Speakers } from './speakers.tsx'

const excerptChars = 90

export function SummaryPanel({
  conversation,
  onGo,
  onFind,
}: {
  conversation: Conversation
  onGo: (ms: number) => void
  onFind: (q: string) => void
}) {
  const { t } = useTranslation(['interaction', 'shell'])
  const { percent } = useFormats()
  const { analysis, transcript } = conversation
  if (!analysis) return <Text c="dimmed">{t('summary.notYet')}</Text>
  const { summary, keywords, sentiment, languages } = analysis
  const isBehind = transcript !== null && analysis.transcript_revision !== transcript.revision
  const evidence = (summary.value?.evidence ?? []).flatMap(
    (id) => transcript?.turns.find((turn) => turn.id === id) ?? [],
  )
  return (
    <Stack gap="md">
      {isBehind && (
        <Alert color="blue" p="xs" role="status">
          {t('summary.behind')}
        </Alert>
      )}
      <section aria-labelledby="summary-title">
        <Title order={3} id="summary-title" mb={4}>
          {t('summary.title')}
        </Title>
        {summary.value ? (
          <Text size="sm" dir="auto">
            {summary.value.short}
          </Text>
        ) : (
          <Text size="sm" c="dimmed">
            {t('summary.none', { reason: summary.reason ?? t('shell:figure.absent') })}
          </Text>
        )}
        {evidence.length > 0 && (
          <>
            <Text size="xs" c="dimmed" mt="xs">
              {t('summary.evidence')}
            </Text>
            <ul className="evidence">
              {evidence.map((turn) => (
                <li key={turn.id}>
                  <Evidence conversation={conversation} turn={turn} onGo={onGo} />
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
      <section aria-labelledby="mood-title">
        <Title order={3} id="mood-title" mb={4}>
          {t('summary.mood')}
        </Title>
        <dl className="facts">
          {(['overall', 'customer', 'agent'] as const).map((who) => (
            <div key={who}>
              <dt>{t(`summary.moodOf.${who}`)}</dt>
              <dd>
                {sentiment[who].label ? (
                  <SentimentBadge of={sentiment[who].label} />
                ) : (
                  <Text size="sm" c="dimmed">
                    {sentiment[who].reason ?? t('shell:sentiment.absent')}
                  </Text>
                )}
              </dd>
            </div>
          ))}
          <div>
            <dt>{t('summary.languages')}</dt>
            <dd>
              {languages.length === 0 ? (
                <Absent />
              ) : (
                <Text size="sm">
                  {languages.map(({ tag, share }) => `${tag} ${percent(share * 100, 0)}`).join(', ')}
                </Text>
              )}
            </dd>
          </div>
        </dl>
      </section>
      <section aria-labelledby="keywords-title">
        <Title order={3} id="keywords-title" mb={4}>
          {t('keywords.title')}
        </Title>
        {keywords.value?.length ? (
          <Group gap={6} component="ul" className="keywords">
            {keywords.value.map(({ text, count }) => (
              <li key={text}>
                <UnstyledButton onClick={() => onFind(`"${text}"`)} title={t('keywords.find', { text, count })}>
                  <Badge variant="light" size="lg" tt="none" fw={500}>
                    {text} {count > 1 && <Text span size="xs">{`×${count}`}</Text>}
                  </Badge>
                </UnstyledButton>
              </li>
            ))}
          </Group>
        ) : (
          <Text size="sm" c="dimmed">
            {keywords.reason ?? t('keywords.none')}
          </Text>
        )}
      </section>
      {transcript !== null && (
        <section aria-labelledby="speakers-title">
          <Title order={3} id="speakers-title" mb={4}>
            {t('speakers.title')}
          </Title>
          <Speakers conversation={conversation} />
        </section>
      )}
    </Stack>
  )
}

function Evidence({
  conversation,
  turn,
  onGo,
}: {
  conversation: Conversation
  turn: Turn
  onGo: (ms: number) => void
}) {
  const { t } = useTranslation('interaction')
  const isLong = turn.text.length > excerptChars
  return (
    <UnstyledButton className="evidence-turn" onClick={() => onGo(turn.start_ms)}>
      <Text span size="sm" c="dimmed">
        {isChat(conversation) ? '' : `${clock(turn.start_ms / 1000)} `}
        {t(`side.${turn.role}`)}:{' '}
      </Text>
      <Text span size="sm">
        {isLong ? `${turn.text.slice(0, excerptChars).trimEnd()}…` : turn.text}
      </Text>
    </UnstyledButton>
  )
}
