import { BedrockGuardrail } from '@cdktf/provider-aws/lib/bedrock-guardrail/index.js';
import { BedrockGuardrailVersion } from '@cdktf/provider-aws/lib/bedrock-guardrail-version/index.js';
import { Construct } from 'constructs';
import type { Place } from './place.ts';

/** A guardrail to call the model under, made here or there before. */
export interface GuardrailReference {
  readonly id: string;
  readonly version: string;
  readonly arn: string;
}

/** A second line behind policy and approval: it stops attacks on the prompt before the model reads them. */
export class OwnGuardrail extends Construct implements GuardrailReference {
  readonly id: string;
  readonly version: string;
  readonly arn: string;

  constructor(scope: Construct, id: string, props: { readonly place: Place }) {
    super(scope, id);
    const harms = ['HATE', 'INSULTS', 'MISCONDUCT', 'SEXUAL', 'VIOLENCE'].map((type) => ({
      type,
      inputStrength: 'MEDIUM',
      outputStrength: 'MEDIUM',
    }));
    const guardrail = new BedrockGuardrail(this, 'guardrail', {
      name: `${props.place.prefix}-hitl`,
      description: 'Checks what people ask of the agent and what it answers',
      blockedInputMessaging: 'This request was stopped by the guardrail of this environment.',
      blockedOutputsMessaging: 'This answer was stopped by the guardrail of this environment.',
      contentPolicyConfig: [
        {
          filtersConfig: [
            ...harms,
            // Bedrock looks for attacks in what comes in only, and wants NONE for what goes out.
            { type: 'PROMPT_ATTACK', inputStrength: 'HIGH', outputStrength: 'NONE' },
          ],
        },
      ],
      sensitiveInformationPolicyConfig: [
        {
          piiEntitiesConfig: ['AWS_ACCESS_KEY', 'AWS_SECRET_KEY', 'CREDIT_DEBIT_CARD_NUMBER'].map((type) => ({
            type,
            action: 'BLOCK',
          })),
        },
      ],
    });
    const version = new BedrockGuardrailVersion(this, 'version', { guardrailArn: guardrail.guardrailArn });
    this.id = guardrail.guardrailId;
    this.arn = guardrail.guardrailArn;
    this.version = version.version;
  }
}
