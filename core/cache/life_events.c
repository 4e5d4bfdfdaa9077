/* core/cache/life_events.c: see life_events.h. */
#include "core/cache/life_events.h"

#include "core/base/str.h"

/* Beginnings count: "born" is found by "bor". Spellings meet when folded (core/base/str.h). */
static const struct {
    const char *code, *words;
} events[] = {
    {"birth",
     "born baby newborn child doğulub doğum uşaq körpə lahir melahirkan bayi anak kelahiran родился родилась "
     "роды ребёнок малыш"},
    {"business", "company shop trade firm biznes şirkət mağaza sahibkar usaha toko perusahaan dagang бизнес "
                 "фирма магазин "
                 "предприниматель"},
    {"citizenship", "citizen nationality vətəndaş kewarganegaraan warga гражданство"},
    {"death", "died dead passed funeral ölüb ölüm vəfat dəfn mati meninggal wafat pemakaman умер умерла "
              "смерть похороны"},
    {"displaced", "refugee displaced köçkün qaçqın pengungsi беженец переселенец"},
    {"divorce", "divorced separated boşanıb boşanma ayrılıb cerai bercerai развод развелся развелась"},
    {"driving",
     "car drive licence vehicle avtomobil sürücü maşın mobil motor sim kendaraan машина водитель права"},
    {"foreigner",
     "foreign visa residence əcnəbi viza yaşama asing visa izin иностранец виза вид на жительство"},
    {"health", "ill sick doctor hospital xəstə həkim xəstəxana sakit dokter rumah sakit болен врач больница"},
    {"help", "poor aid support yardım kömək bantuan miskin помощь пособие"},
    {"home", "house flat apartment bought mənzil ev torpaq rumah tanah apartemen дом квартира земля"},
    {"identity", "lost id card vəsiqə itirmişəm ktp kartu hilang удостоверение потерял"},
    {"inheritance", "inherit heir will miras vərəsə vəsiyyət waris warisan наследство наследник завещание"},
    {"law", "court lawyer legal məhkəmə vəkil hukum pengadilan суд юрист"},
    {"marriage", "married marry wedding evlənmək evlənir nikah toy kawin menikah nikah pernikahan брак "
                 "свадьба женился замуж"},
    {"money", "pay bill insurance ödəniş sığorta bayar tagihan asuransi оплата счёт страховка"},
    {"moving", "moved move address köçmüşəm köç ünvan pindah alamat переезд переехал адрес"},
    {"retirement", "retired retire pension old təqaüd pensiya pensiun пенсия пенсионер"},
    {"study",
     "school university student məktəb tələbə sekolah kuliah mahasiswa penelitian школа учёба студент"},
    {"tax", "tax income vergi pajak npwp налог"},
    {"travel", "abroad passport trip xarici səfər pasport luar negeri paspor заграница поездка паспорт"},
    {"work", "job worker employ unemployed iş işsiz işçi kerja pekerja menganggur работа безработный"},
};

const char *life_event_words(const char *code)
{
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (str_equal(events[i].code, code))
            return events[i].words;
    return "";
}
