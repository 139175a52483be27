/* catalog.c - the table of known models. Every file is known by its sum, so a place can at worst
 * fail to serve it. The places are the PocketSphinx repository at the commit that made a file what
 * it is, and a full copy of the release that another project keeps. */
#include "callaudit/catalog.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

const char ca_known_base[] = "https://raw.githubusercontent.com/";

#define SPHINX "cmusphinx/pocketsphinx/"
/* The tree in which hub4wsj_sc_8k has the feat.params of release 0.8. */
#define RELEASE SPHINX "8c6f06ed63867735eabddc815ede23d374469905/model/"
#define COPY    "claritylab/lucida/c958abe4a5eb93f94c32316bc144a921e5abf8d2/pocketsphinx/model/"
#define PTM     "/model/hmm/zh/mandarin_ptm3_notone_3s_8k.cd_ptm_5000/"

/* One line a file: path, size, SHA-256, places. */
/* clang-format off */
static const ca_known_file en_us_8khz[] = {
    {"en-us-8khz/feat.params", 203,
     "fadbb554fa96020a349f55dea2a09bb3d393d647ab64d64b489009b03c3756f9",
     {RELEASE "hmm/en_US/hub4wsj_sc_8k/feat.params"}, false},
    {"en-us-8khz/mdef", 3068518,
     "b3717ece153eaafeae5c03fb5b9a1397880c4baa44ad04be30a8cad3667c1977",
     {RELEASE "hmm/en_US/hub4wsj_sc_8k/mdef",
      COPY "hmm/en_US/hub4wsj_sc_8k/mdef"}, false},
    {"en-us-8khz/means", 40012,
     "d260b59ca2a562e4fb39350bbecaf20b04c0e57a9a8ee3e9e83e4abdd0799ad6",
     {RELEASE "hmm/en_US/hub4wsj_sc_8k/means",
      COPY "hmm/en_US/hub4wsj_sc_8k/means"}, false},
    {"en-us-8khz/noisedict", 411,
     "8f80d9ecdab37a490f259a58ec527fbcaa59d2ff60935b062e6dd96003880bb9",
     {RELEASE "hmm/en_US/hub4wsj_sc_8k/noisedict",
      COPY "hmm/en_US/hub4wsj_sc_8k/noisedict"}, false},
    {"en-us-8khz/sendump", 1978199,
     "8af0fa4abc6854bcb7d63a1a881d68737a6f3716a1c9aa1e65ca5e193ea3e789",
     {RELEASE "hmm/en_US/hub4wsj_sc_8k/sendump",
      COPY "hmm/en_US/hub4wsj_sc_8k/sendump"}, false},
    {"en-us-8khz/transition_matrices", 2464,
     "b7acc51d0e199f3f7f8071741b780d1936ebfa174632e2bd70305322dd947715",
     {RELEASE "hmm/en_US/hub4wsj_sc_8k/transition_matrices",
      COPY "hmm/en_US/hub4wsj_sc_8k/transition_matrices"}, false},
    {"en-us-8khz/variances", 40012,
     "898f723eec791489d87c5323e683615d6cc3cab57995431b7e6bd0a34990e4db",
     {RELEASE "hmm/en_US/hub4wsj_sc_8k/variances",
      COPY "hmm/en_US/hub4wsj_sc_8k/variances"}, false},
};

static const ca_known_file en_us[] = {
    {"en-us/feat.params", 230,
     "9f8058c107ebbc42abef6d39c67c6aedbcf60ac371332e550994e12a0392cb02",
     {NULL}, false},
    {"en-us/mdef", 2959176,
     "2360f9a86889c1cfee8bd618a0269387911e5fb2920a594f506b18b8c79683b0",
     {NULL}, false},
    {"en-us/means", 838732,
     "832019e32cac12eb318964f96f469034acb12d0348eeddc3831831a100cb4dd4",
     {NULL}, false},
    {"en-us/noisedict", 56,
     "7295b07df2c204c4f87c6782b6be1a3859d7006d4e3864181c955d6dab105a33",
     {NULL}, false},
    {"en-us/sendump", 1969024,
     "8c9564c0d5bef69ca9d9bf1014abe162f071644cf02cf1fa8a483c3dc165a7a8",
     {NULL}, false},
    {"en-us/transition_matrices", 2080,
     "c1f7f28ea43177be734be1f88bd7f1b9a853d0e660f8599c67c6eaeca8bb539a",
     {NULL}, false},
    {"en-us/variances", 838732,
     "b00d696f85e96834fc10f8e5f06428d8c4db6bffdbe5845b6f69bf6efbc48fa5",
     {NULL}, false},
};

static const ca_known_file zh_cn_sc[] = {
    {"zh-cn-8khz-sc/feat.params", 186,
     "4a6d2b73e03ee01fba914c78375ed3730800a65222054b9dee037ae66c2feb04",
     {RELEASE "hmm/zh/tdt_sc_8k/feat.params",
      COPY "hmm/zh/tdt_sc_8k/feat.params"}, false},
    {"zh-cn-8khz-sc/mdef", 1400146,
     "ff5c3fca8c64a4951bee20782a9ee2f9660b3272dea14236debff88dd54aa050",
     {RELEASE "hmm/zh/tdt_sc_8k/mdef",
      COPY "hmm/zh/tdt_sc_8k/mdef"}, false},
    {"zh-cn-8khz-sc/means", 40012,
     "2a9b89adab74695318781000f84b5ef519c1c05c4f703dedd21ab289ffaf21b9",
     {RELEASE "hmm/zh/tdt_sc_8k/means",
      COPY "hmm/zh/tdt_sc_8k/means"}, false},
    {"zh-cn-8khz-sc/noisedict", 116,
     "5fa071647f771803feccbe31dc7fb6d8f2e468f97186792db26dad429e59732f",
     {RELEASE "hmm/zh/tdt_sc_8k/noisedict",
      COPY "hmm/zh/tdt_sc_8k/noisedict"}, false},
    {"zh-cn-8khz-sc/sendump", 2001239,
     "d6d2ac84a7aa7c020114267d6fba9df710f6075fbe02ff7ec98e84765fd38779",
     {RELEASE "hmm/zh/tdt_sc_8k/sendump",
      COPY "hmm/zh/tdt_sc_8k/sendump"}, false},
    {"zh-cn-8khz-sc/transition_matrices", 3424,
     "0e697ddb2f1a4204615db1d73bdce5d81f30ce3b8fb55de23a2ced2d20fa2eb4",
     {RELEASE "hmm/zh/tdt_sc_8k/transition_matrices",
      COPY "hmm/zh/tdt_sc_8k/transition_matrices"}, false},
    {"zh-cn-8khz-sc/variances", 40012,
     "50a279dde94da2e742113aae9aed03526dddd66bf48a64bed7579e5092f7b53b",
     {RELEASE "hmm/zh/tdt_sc_8k/variances",
      COPY "hmm/zh/tdt_sc_8k/variances"}, false},
};

static const ca_known_file zh_cn_ptm[] = {
    {"zh-cn-8khz-ptm/feat.params", 169,
     "e7331b66c95f21d76febb99134527287ef8df62b541497c19452cfe69865868e",
     {SPHINX "2e94dc5b44cd56976ba3c04f371ff7c44ce74170" PTM "feat.params"}, false},
    {"zh-cn-8khz-ptm/mdef", 1401724,
     "5f9e7508ddfabb9a7ff53c68ac86ca981f241a5ad1fba277b437583068d4ba51",
     {SPHINX "c3d5287f5cf01f7612ae66b5b6fdf0d7b8a95ef4" PTM "mdef"}, false},
    {"zh-cn-8khz-ptm/means", 2795596,
     "3958c96fa24e2c23d4d65301b97a3669797df95815f1303a2137b36619f7fafd",
     {SPHINX "37a52f0e9aeda1038fcf85cfabc72c3d7becc60f" PTM "means"}, false},
    {"zh-cn-8khz-ptm/noisedict", 116,
     "5fa071647f771803feccbe31dc7fb6d8f2e468f97186792db26dad429e59732f",
     {SPHINX "37a52f0e9aeda1038fcf85cfabc72c3d7becc60f" PTM "noisedict"}, false},
    {"zh-cn-8khz-ptm/sendump", 4001920,
     "1d579017fcf80f94079070ff80ca68018b839ac0b92a8c7866a5493bd0ba8da6",
     {SPHINX "37a52f0e9aeda1038fcf85cfabc72c3d7becc60f" PTM "sendump"}, false},
    {"zh-cn-8khz-ptm/transition_matrices", 3424,
     "0f149d64ce92a71a8b916bfe7370b0e3a1fd729dfeb3531953bd5cba8326becb",
     {SPHINX "37a52f0e9aeda1038fcf85cfabc72c3d7becc60f" PTM "transition_matrices"}, false},
    {"zh-cn-8khz-ptm/variances", 2795596,
     "74f5a61c5b20d83138686d16f6b1cffbce895c4589b7f8832b80c3ee36b9fb6b",
     {SPHINX "37a52f0e9aeda1038fcf85cfabc72c3d7becc60f" PTM "variances"}, false},
};

/* The language model of the release has a damaged trigram index; this one was rebuilt from it,
 * and no public place has it. */
static const ca_known_file zh_cn[] = {
    {"zh-cn.dict", 2162561,
     "35db87512760602b5849dd5e8b34302e5fc56110159a6bca1dd901a4ecc390ef",
     {COPY "lm/zh_CN/mandarin_notone.dic",
      RELEASE "lm/zh_CN/mandarin_notone.dic"}, false},
    {"zh-cn.lm.bin", 4363415,
     "b62a7560c8faf242dfa5aaa882b81f07f10b535467c50b496d45122c1589120c",
     {NULL}, true},
};
/* clang-format on */

static const ca_known_model models[] = {
    {"en-us-8khz", "en-US", "PocketSphinx hub4wsj_sc_8k, telephone band", NULL, en_us_8khz,
     COUNT(en_us_8khz), true},
    {"en-us", "en-US", "PocketSphinx en-us, 16 kHz", "pocketsphinx-en-us", en_us, COUNT(en_us),
     true},
    {"zh-cn-8khz-sc", "zh-CN", "PocketSphinx tdt_sc_8k, telephone band", NULL, zh_cn_sc,
     COUNT(zh_cn_sc), true},
    {"zh-cn-8khz-ptm", "zh-CN", "PocketSphinx mandarin_ptm3_notone_3s_8k, telephone band", NULL,
     zh_cn_ptm, COUNT(zh_cn_ptm), true},
    {"zh-cn", "zh-CN", "Mandarin dictionary and language model", NULL, zh_cn, COUNT(zh_cn), false},
};

const ca_known_model *ca_known_models(size_t *count)
{
    *count = COUNT(models);
    return models;
}

const ca_known_model *ca_known_model_find(const char *name)
{
    for (size_t i = 0; i < COUNT(models); i++) {
        if (strcmp(models[i].name, name) == 0) {
            return &models[i];
        }
    }
    return NULL;
}
