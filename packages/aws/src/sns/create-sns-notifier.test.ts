import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeNotifierContract } from '@hitl/testing/contracts';
import { expect } from '@jest/globals';
import { localCredentials } from '../../test/start-json-service.ts';
import { createSnsNotifier } from './create-sns-notifier.ts';

/** Speaks SNS's form-and-XML protocol. */
async function startTopic() {
  const published: URLSearchParams[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    published.push(new URLSearchParams(body));
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end('<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    published,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describeNotifierContract('createSnsNotifier', async (run) => {
  const topic = await startTopic();
  const topicArn = 'arn:aws:sns:eu-central-1:123456789012:dev-hitl';
  const subject = createSnsNotifier({
    region: 'eu-central-1',
    endpoint: topic.endpoint,
    credentials: localCredentials,
    maxAttempts: 1,
    topicArn,
  });
  return {
    subject,
    isIdempotent: false,
    async received() {
      return topic.published.map((form) => {
        expect(form.get('Action')).toBe('Publish');
        expect(form.get('TopicArn')).toBe(topicArn);
        const message = JSON.parse(String(form.get('Message')));
        expect(form.get('MessageAttributes.entry.1.Value.StringValue')).toBe(message.type);
        expect(message).toMatchObject({ run_id: run.run_id, user_id: 'ada' });
        expect(JSON.stringify(message)).not.toContain('john.doe@example.com');
        return message;
      });
    },
    close: topic.close,
  };
});
