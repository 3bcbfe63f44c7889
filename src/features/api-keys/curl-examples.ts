export interface CurlExample {
  value: 'pull' | 'changed' | 'start' | 'follow'
  label: string
  scope: string
  /** What it does, in a sentence. */
  says: string
  text: string
}

/** Commands that work as they stand, once the shell knows the key. */
export function curlExamples(base: string, site: string): CurlExample[] {
  const key = '-H "Authorization: Bearer $DATASYNC_API_KEY"'
  return [
    {
      value: 'pull',
      label: 'Pull',
      scope: 'content:read',
      says: 'What the site should show now: published items, its overrides applied, in order.',
      text: `curl --fail ${key} \\\n  ${base}/content/${site}`,
    },
    {
      value: 'changed',
      label: 'If changed',
      scope: 'content:read',
      says: 'Keeps the entity tag beside the file. The next time an unchanged site answers 304, without a body.',
      text: `curl --fail ${key} \\\n  --etag-compare ${site}.etag --etag-save ${site}.etag \\\n  --output ${site}.json ${base}/content/${site}`,
    },
    {
      value: 'start',
      label: 'Start',
      scope: 'sync:run',
      says: 'Sends to these sites, or to all without a body. Sent again with the same idempotency key, it starts nothing twice.',
      text: `curl --fail ${key} \\\n  -H "Content-Type: application/json" \\\n  -H "Idempotency-Key: $(uuidgen)" \\\n  -d '{"sites": ["${site}"]}' \\\n  ${base}/syncs`,
    },
    {
      value: 'follow',
      label: 'Follow',
      scope: 'sync:run',
      says: 'The run with its sites; it has ended when finished_at is set. The id is in the answer to its start.',
      text: `curl --fail ${key} \\\n  ${base}/syncs/$SYNC_ID`,
    },
  ]
}
