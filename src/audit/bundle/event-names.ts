/** Chinese names of what happens, for the report; in English, and for a type that is not here, its own name says it. */
const NAMES = `
SlaClockStarted 承诺开始计时|SlaClockWarned 承诺即将到期|FollowUpWaveOpened 回访批次开始|SlaClockPaused 计时暂停|SlaClockResumed 计时恢复
SlaClockMet 承诺按时完成|SlaClockBreached 承诺逾期|SlaClockFulfilled 逾期后完成|SlaBreachRescinded 逾期记录撤销|SlaMetRescinded 完成记录撤销
SlaClockDisputed 承诺有争议|SlaClockEscalated 升级上报|SlaClockRescheduled 期限调整|SlaClockCancelled 承诺取消|CaseTimerStarted 定时开始
CustomerReminded 已提醒客户|CaseTimerEnded 定时结束|MessageRecorded 沟通记录|DetailsCorrected 内容更正|StepRetracted 步骤撤回|CaseVoided 案件作废
CaseAssigned 指派负责人|HandOverProposed 提出移交|HandOverAccepted 接受移交|HandOverDeclined 拒绝移交|HandOverWithdrawn 撤回移交
InputRequested 请求资料|InputTakenOver 资料请求转交|InputProvided 已提供资料|InputDeclined 未提供资料|InputCancelled 资料请求取消|InputChased 催促资料
UrgencyRequested 申请加急|UrgencyConfirmed 确认加急|UrgencyLowered 取消加急|StepWaived 免除步骤|AppointmentAgreed 约定时间|NoteAdded 添加备注
AttachmentAdded 添加附件|CaseLinked 关联案件|CaseMergedInto 并入其他案件|CaseAbsorbed 并入本案|CaseUnmerged 撤销合并|CaseReleased 从本案移出
CaseSplitOff 拆分案件|CaseWithdrawn 客户撤回|CaseReopened 重新打开|CaseToBeContinued 转后续案件|CaseClosed 结案
ComplaintReceived 受理投诉|ComplaintSuccessorPrepared 准备后续投诉|ComplaintAcknowledged 确认收到|ComplaintClassified 投诉分类|ComplaintReclassified 重新分类
ComplaintResponsibilityDisputed 责任有异议|ComplaintResponsibilityRuled 责任裁定|ComplaintPreliminarilyReplied 初步答复|ComplaintContained 已采取遏制措施
ComplaintRemoteJudgementAsked 请求远程判定|ComplaintJudgedRemotely 远程判定|ComplaintOnSiteDecided 决定现场处理|ComplaintOnSiteArrived 到达现场
ComplaintOnSiteCancelled 取消现场处理|ComplaintSampleRequested 请求样品|ComplaintSampleRecorded 样品登记|ComplaintFindingsRecorded 调查结果
ComplaintDecisionCommunicated 告知处理决定|ComplaintRemedyOffered 提出补救方案|ComplaintRemedyApproved 批准补救方案|ComplaintRemedyAccepted 客户接受方案
ComplaintRemedyRejected 客户拒绝方案|ComplaintRemedyFulfilled 方案已执行|ComplaintRemedyWaived 放弃补救|ComplaintClaimRecorded 索赔登记|ComplaintClaimSettled 索赔结清
ComplaintSupplierClaimed 向供应商索赔|ComplaintContested 客户异议|ComplaintReviewed 复核|ComplaintAddedToNegativeCases 列入反面案例
AfterSalesReported 售后报修|AfterSalesSuccessorPrepared 准备后续售后|AfterSalesAnswered 售后答复|AfterSalesResolvedRemotely 远程解决|TechnicianDispatched 派遣技术员
TechnicianArrived 技术员到场|AfterSalesResolvedOnSite 现场解决|AfterSalesConfirmed 客户确认|AfterSalesDisputed 客户有异议
TechnicalLiaisonFormSent 技术联络单发出|TechnicalLiaisonOpened 技术联络立项|TechnicalLiaisonAnswered 技术联络回答|TechnicalLiaisonAnswerTakenBack 收回回答
TechnicalLiaisonReplied 技术联络答复|TechnicalLiaisonAssessed 技术评估|TechnicalLiaisonHandedOver 技术联络移交|TechnicalLiaisonSampleConcluded 样品结论
TechnicalLiaisonSolved 技术问题解决|TechnicalLiaisonProjectStarted 立项开发|TechnicalLiaisonDeclined 不予受理|TechnicalLiaisonSuccessorPrepared 准备后续联络
LiaisonRoundScheduled 联络轮次排期|LiaisonRoundOpened 联络轮次开始|LiaisonRoundFormSent 联络单发出|LiaisonRoundAnswered 轮次回答|LiaisonRoundAnswerTakenBack 收回轮次回答
LiaisonRoundClosed 联络轮次结束|SampleRequestOpened 样品申请|SampleRequestQuoted 样品报价|SampleRequestMakingStarted 开始制样|SampleRequestSent 样品寄出
SampleRequestJudged 样品评定|SampleRequestDropped 样品申请终止|SampleRequestSuccessorPrepared 准备后续样品|DifficultProblemRaised 提出难题|DifficultProblemResponded 难题回应
DifficultProblemProgressed 难题进展|DifficultProblemSolved 难题解决|FactoryVisitApplied 申请来访|FactoryVisitAssessed 来访评估|FactoryVisitResubmitted 重新提交来访
FactoryVisitApproved 来访批准|FactoryVisitReturned 来访退回修改|FactoryVisitRejected 来访不批准|FactoryVisitHostsAssigned 指派接待人|FactoryVisitRescheduled 来访改期
FactoryVisitCancelled 来访取消|FactoryVisitNoShowRecorded 来访未到|FactoryVisitLogged 来访记录|FactoryVisitCompleted 来访完成|FactoryVisitHeldDatesCorrected 来访日期更正
FactoryVisitFeedbackRecorded 来访反馈|FactoryVisitFollowUpTaskOpened 来访回访任务|FactoryVisitContactAttempted 尝试联系|FactoryVisitFollowedUp 已回访|FactoryVisitFollowUpDeclined 谢绝回访
`;

const byType = new Map(
  NAMES.split(/[|\n]/)
    .filter(entry => entry !== '')
    .map(entry => {
      const [type = '', name = ''] = entry.split(' ');
      return [type, name] as const;
    }),
);

export function eventNameZh(type: string): string | undefined {
  return byType.get(type);
}
